import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// What a quantisation gains by a calibration, over text that the calibration has not seen.
@Suite final class CalibrationGainTests {
    private let folder: URL

    init() throws {
        folder = try ToolProcess.temporaryFolder()
        let text = try ToolProcess.run(["perplexity", "--print-text"]).output
        try Data(text.utf8.prefix(24_000)).write(to: folder.appendingPathComponent("seen.txt"))
        try Data(text.utf8.suffix(24_000)).write(to: folder.appendingPathComponent("unseen.txt"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static let models = [
        "phi3-base-f32", "phi3-gqa-window8-bf16", "phi3-longrope-f16", "phi4mini-like-bf16", "llama-gqa-tied-bf16",
    ]

    private static func model(_ name: String) -> String {
        Golden.repository.appendingPathComponent("Tests/Golden/\(name)").path
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func run(_ arguments: [String]) throws -> ToolProcess.Result {
        let result = try ToolProcess.run(arguments)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return result
    }

    /// How far the model in four bits is from itself, in nats: without a calibration and with one.
    private func divergence(_ model: String, _ type: String) throws -> (plain: Double, calibrated: Double) {
        _ = try run([
            "calibrate", model, "-c", "64", "-f", path("seen.txt"), "--chunks", "48", "-o", path("imatrix.gguf"),
        ])
        func divergence(_ arguments: [String]) throws -> Double {
            _ = try run(["quantize", model, "-o", path("q4.gguf"), "--type", type] + arguments)
            let report = try run([
                "perplexity", path("q4.gguf"), "--reference", model, "-c", "64", "-f", path("unseen.txt"),
                "--chunks", "48", "--json",
            ]).json()
            return try #require(report["kl_mean"] as? Double)
        }
        return (try divergence([]), try divergence(["--imatrix", path("imatrix.gguf")]))
    }

    @Test(
        "each tiny model diverges less, in each type",
        arguments: models, ["q4_0", "q4_1"])
    func tinyModels(model: String, type: String) throws {
        let (plain, calibrated) = try divergence(Self.model(model), type)
        #expect(calibrated < 0.95 * plain, "\(calibrated) after \(plain)")
    }

    @Test("where a few columns meet large activations, much of the loss goes")
    func outliers() throws {
        _ = try run(["quantize", Self.model("phi3-base-f32"), "-o", path("f32.gguf"), "--weight-format", "f32"])
        try writeOutliers(from: path("f32.gguf"), to: path("outliers.gguf"))
        let (plain, calibrated) = try divergence(path("outliers.gguf"), "q4_1")
        #expect(calibrated < 0.7 * plain, "\(calibrated) after \(plain)")
    }

    /// The same function of its input, but every eighth column of what follows a norm meets activations that are 16 times
    /// as large, with weights that are as much smaller.
    private func writeOutliers(from source: String, to path: String) throws {
        let model = try Checkpoint.open(source)
        let metadata = try model.metadata.keys.map { (key: $0, value: try #require(model.metadata.value($0))) }
        let writer = try GGUFWriter(
            path, metadata: metadata, tensors: model.tensors.map { GGUFWriter.Entry($0.name, $0.type, $0.shape) })
        for tensor in model.tensors {
            let role = tensor.name.split(separator: ".").dropFirst(2).first
            let factor: Float =
                switch role {
                case "attn_norm", "ffn_norm": 16
                case "attn_qkv", "ffn_up": 1 / 16
                default: 1
                }
            let values = try #require(tensor.denseValues)
            let bytes = values.indices.flatMap { index in
                let value = index % tensor.shape.columns % 8 == 3 ? values[index] * factor : values[index]
                return (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            }
            try writer.append(bytes.span, to: tensor.name)
        }
        try writer.finish()
    }
}
