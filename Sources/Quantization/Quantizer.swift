import Checkpoints
public import Compute
import Tensors

/// Writes a model as a GGUF file of other types, a slice of rows at a time: no more than the header and a slice is in
/// memory, whatever the model.
///
/// Error of a weight x in a block whose largest magnitude is A, under the fixed rules: Q8_0 A/254, Q5_0 A/16, Q4_0 A/8;
/// Q5_1 and Q4_1 a 62nd and a 30th of the range. A searched scale may cut A off, and makes the sum of squares smaller.
public struct Quantizer {
    private let plan: QuantizationPlan
    private let compute: Compute

    public init(_ plan: QuantizationPlan, compute: Compute) {
        self.plan = plan
        self.compute = compute
    }

    /// Floats that are in hand at once: enough to keep threads busy between two writes.
    private static let sliceElements = 1 << 22

    /// Writes the file; the same bytes whatever the number of threads.
    ///
    /// - Parameter progress: bytes read and bytes to read, after each slice.
    /// - Throws: `CheckpointWriteError`, ``QuantizationError``, `CancellationError`. Nothing is left then, and an old file
    ///   of the name is untouched.
    public func write(
        to path: String, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> QuantizationReport {
        let source = plan.source
        let entries = zip(source.tensors, plan.types).map { GGUFWriter.Entry($0.name, $1, $0.shape) }
        let file = try GGUFWriter(path, metadata: metadata, tensors: entries)
        let writer = SliceWriter(file)
        let total = source.tensors.reduce(0) { $0 + $1.byteCount }
        var done = 0
        var bytes: [UInt8] = []
        var reports: [QuantizationReport.TensorReport] = []
        for (index, tensor) in source.tensors.enumerated() {
            let before = done
            let loss = try write(index, to: writer, &bytes) { read in
                progress(before + read, total)
            }
            done += tensor.byteCount
            let (shape, type) = (tensor.shape, plan.types[index])
            reports.append(
                QuantizationReport.TensorReport(
                    name: tensor.name, type: type, elementCount: shape.elementCount,
                    byteCount: shape.elementCount / type.blockLength * type.blockBytes, loss: loss))
        }
        try writer.finish()
        return QuantizationReport(tensors: reports, fileBytes: file.fileBytes)
    }

    private var metadata: [(key: String, value: GGUFValue)] {
        var values = plan.source.metadata
        values.append(("general.file_type", GGUFValue(plan.options.mixture.fileType)))
        // ggml's count of the changes that blocks have gone through.
        values.append(("general.quantization_version", GGUFValue(UInt32(2))))
        if let importance = plan.options.importance {
            values.append(("quantize.imatrix.file", GGUFValue(importance.file)))
            values.append(("quantize.imatrix.entries_count", GGUFValue(UInt32(importance.count))))
        }
        return values
    }

    private func write(
        _ index: Int, to writer: SliceWriter, _ bytes: inout [UInt8], read: (Int) -> Void
    ) throws -> QuantizationLoss {
        let source = plan.source.tensors[index]
        switch source.content {
        case .values(let values):
            var bits = values.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            }
            try writer.hold(&bits, of: source.name)
            read(source.byteCount)
            return QuantizationLoss()
        case .tensor(let tensor):
            return try write(tensor, index, to: writer, &bytes, read: read)
        }
    }

    private func write(
        _ tensor: Tensor, _ index: Int, to writer: SliceWriter, _ bytes: inout [UInt8], read: (Int) -> Void
    ) throws -> QuantizationLoss {
        let source = plan.source.tensors[index]
        let file = tensor.storage as? MappedFile
        let step = max(1, Self.sliceElements / max(tensor.shape.columns, 1))
        var sum = QuantizationLoss()
        for start in stride(from: 0, to: tensor.shape.rows, by: step) {
            try Task.checkCancellation()
            // A file that became shorter would end the process at the first byte beyond.
            guard file?.hasOriginalSize ?? true else {
                throw QuantizationError.sourceChanged(file: file?.path ?? plan.source.path)
            }
            let rows = start..<min(start + step, tensor.shape.rows)
            // The next tensor mostly stands behind this one, so there is no need to stop at its end.
            let next = tensor.byteRange.lowerBound + rows.upperBound * tensor.rowBytes
            file?.readAhead(next..<next + 2 * step * tensor.rowBytes)
            let loss = compute.quantizeRows(
                of: tensor, ids: source.sourceRows(rows), to: plan.types[index], rule: plan.options.rule,
                importance: plan.importance[index], into: &bytes, meanwhile: writer.flush)
            guard let loss else { throw plan.outOfRange(index) }
            sum += loss
            try writer.hold(&bytes, of: source.name)
            read(rows.upperBound * tensor.rowBytes)
        }
        // What was read once stays in the system's cache, if it has room, but not in this process.
        file?.releasePages(tensor.byteRange)
        return sum
    }
}
