import Export
import Foundation
import Quantization
import TestSupport
import Testing

/// The exported graph where Python brings ONNX Runtime to run it: the logits of the golden data come out.
@Suite(
    .enabled(
        if: PythonEngine.onnxRuntime.python != nil,
        "needs Python's package onnxruntime: pip install onnxruntime, or SWIFTLET_PYTHON for a Python that has it"))
final class ONNXRuntimeTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    @Test("the logits of the reference, in one pass and token by token", arguments: GraphTests.models)
    func logits(model: String) throws {
        try shop.exportONNX(Workshop.golden(model), .made(.fp32))
        let golden = try SafetensorsFile(path: "\(Workshop.golden(model))/golden.safetensors")
        let isLong = model.contains("longrope") || model.contains("phi4mini")
        for index in 0..<3 {
            guard let ids = golden.integers("seq\(index).input_ids"), let expected = golden.floats("seq\(index).logits")
            else { continue }
            // Keys that are cached keep the rotary factors of shorter texts, so the first sequence alone may go by steps.
            for steps in isLong && index > 0 ? [false] : [false, true] {
                try check(shop.path("a"), ids, expected, steps: steps, limit: 1e-4)
            }
        }
    }

    @Test(
        "a GGUF's blocks as they are give the logits of its own weights",
        arguments: ["phi3-base-f32", "llama-gqa-tied-bf16"])
    func blocks(model: String) throws {
        for (type, precision) in [("q4_0", ONNXOptions.Precision.int4), ("q8_0", .int8)] {
            let gguf = Workshop.golden("gguf/\(model).\(type).gguf")
            // Level 1 leaves activations what they are.
            try shop.exportONNX(gguf, .made(precision, level: 1), to: type)
            let golden = try SafetensorsFile(path: Workshop.golden("gguf/\(model).\(type).golden.safetensors"))
            let ids = try #require(golden.integers("seq1.input_ids"))
            try check(
                shop.path(type), ids, try #require(golden.floats("seq1.logits_dequant_fp32")), steps: false, limit: 1e-4
            )
        }
    }

    private func check(_ folder: String, _ ids: [Int], _ expected: [Float], steps: Bool, limit: Float) throws {
        let found = try PythonEngine.onnxRuntime.logits(folder, ids, steps: steps)
        try #require(found.count == expected.count)
        let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(error <= limit * spread(expected), "\(ids.count) tokens, steps \(steps): \(error)")
    }
}
