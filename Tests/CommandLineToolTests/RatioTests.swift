import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// `quantize --ratio`: what its choice of layers is worth beside one by lot.
@Suite final class RatioTests {
    private let folder: URL

    init() throws { folder = try ToolProcess.temporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func run(_ arguments: [String]) throws -> ToolProcess.Result {
        let result = try ToolProcess.run(arguments)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return result
    }

    /// How far a file is from the model that it was made of, in nats, over text that the choice was not made by.
    private func divergence(_ file: String, _ model: String) throws -> Double {
        let report = try run([
            "perplexity", file, "--reference", model, "-c", "48", "--chunks", "24", "-f", path("text.txt"), "--json",
        ])
        return try #require(try report.json()["kl_mean"] as? Double)
    }

    @Test(
        "60 % by measured divergence lose less than 60 % by lot",
        arguments: ["phi3-base-f32", "phi3-gqa-window8-bf16", "phi3-longrope-f16", "llama-gqa-tied-bf16"])
    func lots(name: String) throws {
        let model = Golden.repository.appendingPathComponent("Tests/Golden/\(name)").path
        let text = try run(["perplexity", "--print-text"]).output
        try Data(text.utf8.suffix(24_000)).write(to: folder.appendingPathComponent("text.txt"))
        _ = try run(["quantize", model, "-o", path("mixed.gguf"), "--ratio", "0.6"])
        _ = try run(["quantize", model, "-o", path("narrow.gguf")])
        _ = try run(["quantize", model, "-o", path("wide.gguf"), "--type", "q8_0"])
        let measured = try divergence(path("mixed.gguf"), model)
        let (mixed, narrow) = (try Checkpoint.open(path("mixed.gguf")), try Checkpoint.open(path("narrow.gguf")))
        let wide = try Checkpoint.open(path("wide.gguf"))

        var random = SplitMix64(seed: 60)
        var losses: [Double] = []
        for _ in 0..<8 {
            try write(path("lot.gguf"), narrow, wide, wide: Self.lot(mixed, narrow, &random))
            losses.append(try divergence(path("lot.gguf"), model))
        }
        let mean = losses.reduce(0, +) / Double(losses.count)
        #expect(measured < 0.9 * mean, "\(measured) beside \(losses)")
        // With eight matrices a lot may happen to be as good; few may.
        #expect(losses.filter { $0 < measured }.count <= 2, "\(measured) beside \(losses)")
    }

    @Test("by the error alone no text is read, and the share is the same")
    func error() throws {
        let model = Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32").path
        let result = try run(["quantize", model, "-o", path("a.gguf"), "--ratio", "0.6", "--sensitivity", "error"])
        #expect(result.errors.contains("Q4_0") && result.errors.contains("Q8_0"), "\(result.errors)")
        for arguments in [["--sensitivity", "error"], ["--ratio", "0.6", "--sensitivity", "guess"]] {
            #expect(try ToolProcess.run(["quantize", model, "-o", path("b.gguf")] + arguments).status == 64)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.gguf"])
    }

    /// Matrices of the layers drawn until no more than 60 % of the weights are left; what stands outside of the layers is as
    /// in the other file.
    private static func lot(
        _ mixed: Checkpoint, _ narrow: Checkpoint, _ random: inout SplitMix64
    ) -> Set<String> {
        let matrices = narrow.tensors.filter { $0.name.hasPrefix("blk.") && $0.shape.rank == 2 }
        let total = matrices.reduce(0) { $0 + $1.shape.elementCount }
        var rest = total
        var wide = Set(mixed.tensors.filter { !$0.name.hasPrefix("blk.") && $0.type == .q8_0 }.map(\.name))
        for matrix in matrices.shuffled(using: &random) where Double(rest) > 0.6 * Double(total) {
            rest -= matrix.shape.elementCount
            wide.insert(matrix.name)
        }
        return wide
    }

    private func write(_ path: String, _ narrow: Checkpoint, _ other: Checkpoint, wide: Set<String>) throws {
        let files = try [narrow, other].map { try Data(contentsOf: URL(fileURLWithPath: $0.path)) }
        let tensors = try narrow.tensors.map { tensor in
            wide.contains(tensor.name) ? (1, try other.require(tensor.name)) : (0, tensor)
        }
        let metadata = try narrow.metadata.keys.map { (key: $0, value: try #require(narrow.metadata.value($0))) }
        let writer = try GGUFWriter(
            path, metadata: metadata, tensors: tensors.map { GGUFWriter.Entry($1.name, $1.type, $1.shape) })
        for (file, tensor) in tensors {
            try writer.append([UInt8](files[file][tensor.byteRange]).span, to: tensor.name)
        }
        try writer.finish()
    }
}
