import Export
import Foundation
import TestSupport
import Testing

/// The exported graph where Python brings OpenVINO to run it: the logits of the golden data come out.
@Suite(
    .enabled(
        if: PythonEngine.openVINO.python != nil,
        "needs Python's package openvino: pip install openvino, or SWIFTLET_PYTHON for a Python that has it"))
final class OpenVINOTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    // Those whose weights f16 holds as they are.
    static let models = ["phi3-gqa-window8-bf16", "phi3-longrope-f16", "phi4mini-like-bf16", "llama-gqa-tied-bf16"]

    @Test("the logits of the reference, in one pass and token by token", arguments: models)
    func logits(model: String) throws {
        try shop.export(Workshop.golden(model), ExportOptions(.fp16))
        let golden = try SafetensorsFile(path: "\(Workshop.golden(model))/golden.safetensors")
        let isLong = model.contains("longrope") || model.contains("phi4mini")
        for index in 0..<3 {
            guard let ids = golden.integers("seq\(index).input_ids"), let expected = golden.floats("seq\(index).logits")
            else { continue }
            // Keys that are cached keep the rotary factors of shorter texts, so the first sequence alone may go by steps.
            for steps in isLong && index > 0 ? [false] : [false, true] {
                let found = try PythonEngine.openVINO.logits(shop.path("a"), ids, steps: steps)
                #expect(found.count == expected.count)
                let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
                #expect(error <= 1e-3 * spread(expected), "\(ids.count) tokens, steps \(steps): \(error)")
            }
        }
    }
}
