import Checkpoints
import Compute
import Export
import Foundation
import Quantization
import Tensors
import TestSupport

/// A folder for one test, and what the tests do in it.
final class Workshop: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() } }

    /// A tiny model of the repository's.
    static func golden(_ name: String) -> String {
        Golden.repository.appendingPathComponent("Tests/Golden/\(name)").path
    }

    @discardableResult
    func export(
        _ source: String, _ options: ExportOptions, to name: String = "a", tokenizer: ExportedTokenizer? = nil,
        threads: Int = 1, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ExportReport {
        let compute = try Compute(threads: threads)
        let export = try OpenVINOExport(
            try Checkpoint.open(source), options, tokenizer: tokenizer, compute: compute)
        return try export.write(to: path(name), compute: compute, progress: progress)
    }

    /// The same model as a GGUF file.
    func gguf(of source: String, _ mixture: TypeMixture) throws -> String {
        let compute = try Compute(threads: 1)
        let plan = try QuantizationPlan(
            try ModelSource(try Checkpoint.open(source)), QuantizationOptions(mixture), compute: compute)
        _ = try Quantizer(plan, compute: compute).write(to: path("\(mixture.rawValue).gguf"))
        return path("\(mixture.rawValue).gguf")
    }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

    /// The rows of a tensor.
    func rows(_ tensor: Tensor) throws -> [[Float]] {
        let buffer = Activations(rows: tensor.shape.rows, columns: tensor.shape.columns)
        try Compute(threads: 1).gatherRows(of: tensor, ids: Array(0..<tensor.shape.rows), into: buffer)
        return (0..<tensor.shape.rows).map { buffer.copyRow($0) }
    }
}

extension ExportOptions {
    static func int4(_ groups: Groups, isSymmetric: Bool? = nil) -> ExportOptions {
        var options = ExportOptions(.int4)
        options.groups = groups
        options.isSymmetric = isSymmetric
        return options
    }
}
