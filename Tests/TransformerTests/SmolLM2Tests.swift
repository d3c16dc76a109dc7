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
        let quantized = try loadBackend(path, precision: .exact, cacheType: .q8, threads: 2)
        let vocabularySize = exact.properties.vocabularySize
        var truth = Deviation()
        var ours = Deviation()
        var theirs = Deviation()
        var divergence = Deviation()
        var cache = Deviation()
        // Two windows of the six: the rest tells the same and takes its time.
        for window in windows.prefix(2) {
            let exactLogits = try allLogits(exact, window.ids)
            let nativeLogits = try allLogits(native, window.ids)
            let quantizedLogits = try allLogits(quantized, window.ids)
            for (index, expected) in window.hf_fp32_logprobs.enumerated() {
                let row = index * vocabularySize..<(index + 1) * vocabularySize
                let next = window.ids[index + 1]
                let exactRow = exactLogits[row]
                let nativeRow = nativeLogits[row]
                let exactNormaliser = logSumExp(exactRow)
                let nativeNormaliser = logSumExp(nativeRow)
                truth.add(Double(exactRow[row.lowerBound + next]) - exactNormaliser - expected)
                ours.add(Double(nativeRow[row.lowerBound + next]) - nativeNormaliser - expected)
                let quantizedRow = quantizedLogits[row]
                cache.add(Double(quantizedRow[row.lowerBound + next]) - logSumExp(quantizedRow) - expected)
                theirs.add(window.llama_cpp_logprobs[index] - expected)
                if index % 8 == 0 {
                    divergence.add(
                        zip(exactRow, nativeRow).reduce(0) { sum, pair in
                            let p = Double(pair.0) - exactNormaliser
                            return sum + exp(p) * (p - Double(pair.1) + nativeNormaliser)
                        })
                }
            }
        }
        // The oracle's log-probabilities are recorded to six digits.
        #expect(truth.meanAbsolute < 2e-5)
        #expect(ours.meanAbsolute < theirs.meanAbsolute / 10)
        #expect(abs(ours.mean) <= abs(theirs.mean))
        #expect(divergence.mean < 1e-5)
        // A cache of 8-bit integers under exact weights: less than half of the noise that llama.cpp has with one in f16.
        #expect(cache.meanAbsolute < theirs.meanAbsolute / 2)
    }

    private struct Deviation {
        private var count = 0
        private var sum = 0.0
        private var absoluteSum = 0.0
        var mean: Double { sum / Double(count) }
        var meanAbsolute: Double { absoluteSum / Double(count) }

        mutating func add(_ difference: Double) {
            count += 1
            sum += difference
            absoluteSum += abs(difference)
        }
    }

    /// ln Σ exp(x)
    private func logSumExp(_ row: ArraySlice<Float>) -> Double {
        let largest = Double(row.max() ?? 0)
        return largest + log(row.reduce(0.0) { $0 + exp(Double($1) - largest) })
    }
}
