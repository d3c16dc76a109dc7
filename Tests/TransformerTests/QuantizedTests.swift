import Compute
import Foundation
import Inference
import TestSupport
import Testing
import Transformer

/// A tiny quantised GGUF with the logits of its dequantised weights.
struct TinyGGUF: Sendable, CustomTestStringConvertible {
    let path: String
    var testDescription: String { (path as NSString).lastPathComponent }
    var golden: SafetensorsFile { get throws { try SafetensorsFile(path: goldenPath) } }
    private var goldenPath: String { path.replacing(".gguf", with: ".golden.safetensors") }

    static let all: [TinyGGUF] = {
        let committed = Golden.repository.appendingPathComponent("Tests/Golden/gguf").path
        let folders = [committed] + [Golden.path("gguf")].compactMap { $0 }
        return folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
                .filter { $0.hasSuffix(".gguf") }.map { TinyGGUF(path: "\(folder)/\($0)") }
                .filter { FileManager.default.fileExists(atPath: $0.goldenPath) }
        }
    }()
}

@Suite struct QuantizedTests {
    private func sequences(_ golden: SafetensorsFile) -> [(index: Int, ids: [Int], exact: [Float])] {
        (0..<16).compactMap { index in
            guard let ids = golden.integers("seq\(index).input_ids"),
                let exact = golden.floats("seq\(index).logits_dequant_fp32")
            else { return nil }
            return (index, ids, exact)
        }
    }

    @Test("exact logits equal transformers on the dequantised weights", arguments: TinyGGUF.all)
    func exact(_ file: TinyGGUF) throws {
        let cases = sequences(try file.golden)
        #expect(!cases.isEmpty)
        let backend = try loadBackend(file.path)
        for (index, ids, exact) in cases {
            #expect(maximumDifference(try allLogits(backend, ids), exact) <= 1e-3, "seq\(index)")
        }
    }

    @Test("quantised activations cost no more than llama.cpp's", arguments: TinyGGUF.all, InstructionSet.allCases)
    func noise(_ file: TinyGGUF, _ instructionSet: InstructionSet) throws {
        guard instructionSet.isSupported else { return }
        let golden = try file.golden
        let backend = try loadBackend(
            file.path, precision: .native, cacheType: .f16, instructionSet: instructionSet)
        for (index, ids, exact) in sequences(golden) {
            let ours = try allLogits(backend, ids)
            let error = rootMeanSquare(ours, exact)
            if let theirs = golden.floats("seq\(index).logits_llama_cpp") {
                #expect(error <= rootMeanSquare(theirs, exact), "seq\(index)")
                #expect(maximumDifference(ours, exact) <= maximumDifference(theirs, exact), "seq\(index)")
            } else {
                #expect(error <= 0.2, "seq\(index)")
            }
        }
    }

    private func rootMeanSquare(_ a: [Float], _ b: [Float]) -> Double {
        let sum = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        return (sum / Double(a.count)).squareRoot()
    }
}
