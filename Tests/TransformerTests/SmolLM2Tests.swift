import Compute
import Foundation
import Inference
import TestSupport
import Testing
import Transformer

/// The default model against transformers on its dequantised weights, over text that llama.cpp was measured on too.
@Suite(.enabled(if: SmolLM2.path != nil, "needs weights/\(SmolLM2.fileName): run weights/fetch.sh"))
struct SmolLM2Tests {
    /// One window of text: its ids, and ln p of each next token by the oracle and by llama.cpp.
    struct Window: Decodable {
        let ids: [Int]
        let hf_fp32_logprobs: [Double]
        let llama_cpp_logprobs: [Double]
    }

    @Test(
        "no further from the oracle than llama.cpp",
        .enabled(if: Golden.path("smollm2-135m/ppl.jsonl") != nil, "needs the golden data: smollm2-135m"))
    func noise() throws {
        let text = try String(contentsOfFile: #require(Golden.path("smollm2-135m/ppl.jsonl")), encoding: .utf8)
        let windows = try text.split(separator: "\n").map {
            try JSONDecoder().decode(Window.self, from: Data($0.utf8))
        }
        let path = try #require(SmolLM2.path)
        let exact = try loadBackend(path, precision: .exact, cacheType: .f32, threads: 2)
        let native = try loadBackend(path, precision: .native, cacheType: .f16, threads: 2)
        var ours = Deviation()
        var theirs = Deviation()
        var truth = Deviation()
        var divergence = 0.0
        for window in windows {
            let exactRows = logProbabilities(try allLogits(exact, window.ids), exact.properties.vocabularySize)
            let nativeRows = logProbabilities(try allLogits(native, window.ids), exact.properties.vocabularySize)
            for (index, expected) in window.hf_fp32_logprobs.enumerated() {
                let next = window.ids[index + 1]
                truth.add(exactRows[index][next], expected)
                ours.add(nativeRows[index][next], expected)
                theirs.add(window.llama_cpp_logprobs[index], expected)
                divergence += zip(exactRows[index], nativeRows[index]).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
            }
        }
        print("SmolLM2: mean |Δ ln p| exact \(truth.meanAbsolute), ours \(ours.meanAbsolute), llama.cpp \(theirs.meanAbsolute)")
        print("SmolLM2: Δ ln perplexity exact \(truth.mean), ours \(ours.mean), llama.cpp \(theirs.mean); KL \(divergence / Double(ours.count))")
        #expect(truth.meanAbsolute < 1e-4)
        #expect(ours.meanAbsolute <= theirs.meanAbsolute)
        #expect(abs(ours.mean) <= abs(theirs.mean))
    }

    private struct Deviation {
        var count = 0
        private var sum = 0.0
        private var absoluteSum = 0.0
        var mean: Double { sum / Double(count) }
        var meanAbsolute: Double { absoluteSum / Double(count) }

        mutating func add(_ value: Double, _ expected: Double) {
            count += 1
            sum += value - expected
            absoluteSum += abs(value - expected)
        }
    }

    private func logProbabilities(_ logits: [Float], _ vocabularySize: Int) -> [[Double]] {
        stride(from: 0, to: logits.count, by: vocabularySize).map { start in
            let row = logits[start..<start + vocabularySize]
            let largest = Double(row.max() ?? 0)
            let sum = row.reduce(0.0) { $0 + exp(Double($1) - largest) }
            return row.map { Double($0) - largest - log(sum) }
        }
    }
}
