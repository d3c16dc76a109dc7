import Checkpoints
import Compute
import Foundation
import Kernels
import Quantization
import Tensors
import TestSupport

/// A folder for one test, and what the tests do in it.
final class Workshop {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path) } }

    /// A tiny model of the repository's.
    static func golden(_ name: String) -> String {
        Golden.repository.appendingPathComponent("Tests/Golden/\(name)").path
    }

    @discardableResult
    func quantize(
        _ source: String, _ options: QuantizationOptions, to name: String = "a.gguf", threads: Int = 1,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> QuantizationReport {
        let compute = try Compute(threads: threads)
        let plan = try QuantizationPlan(try ModelSource(try Checkpoint.open(source)), options, compute: compute)
        return try Quantizer(plan, compute: compute).write(to: path(name), progress: progress)
    }

    func values(_ tensor: Tensor) throws -> [Float] {
        let rows = tensor.shape.rows
        let buffer = Activations(rows: rows, columns: tensor.shape.columns)
        try Compute(threads: 1).gatherRows(of: tensor, ids: Array(0..<rows), into: buffer)
        return (0..<rows).flatMap { buffer.copyRow($0) }
    }

    /// A matrix of importance for a model's tensors, as llama-imatrix writes it.
    func writeImportance(
        _ sums: [(name: String, sums: [Float])], to name: String = "imatrix.gguf", count: Float = 8
    ) throws -> String {
        let entries = sums.flatMap { tensor in
            [
                GGUFWriter.Entry("\(tensor.name).in_sum2", .f32, TensorShape([1, tensor.sums.count])),
                GGUFWriter.Entry("\(tensor.name).counts", .f32, TensorShape([1, 1])),
            ]
        }
        let writer = try GGUFWriter(
            path(name), metadata: [("general.type", GGUFValue("imatrix"))], tensors: entries)
        for (entry, values) in zip(entries, sums.flatMap { [$0.sums, [count]] }) {
            let bytes = values.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            }
            try writer.append(bytes.span, to: entry.name)
        }
        try writer.finish()
        return path(name)
    }
}
