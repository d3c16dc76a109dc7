import Compute
import Kernels
import Tensors

/// Brings matrices into their formats, slice by slice: no more than a slice of a matrix is in memory, beside its scales.
struct MatrixPacker {
    let plan: WeightPlan
    let compute: Compute

    /// What follows the integers of a matrix.
    struct Scales {
        /// f16: (rows, groups)
        var scales: [UInt16] = []
        /// A byte each: (rows, groups); empty where the format has none.
        var zeroPoints: [UInt8] = []
        var loss = QuantizationLoss()
    }

    /// Weights that are in hand at once: enough to keep threads busy between two writes.
    private static let sliceElements = 1 << 22

    /// Calls `write` with the matrix' f16 numbers or integers, piece after piece.
    ///
    /// - Parameter read: bytes of the matrix that were read so far.
    func pack(
        _ index: Int, write: (Span<UInt8>) throws -> Void, read: (Int) -> Void
    ) throws -> Scales {
        let matrix = plan.matrices[index]
        let tensor = matrix.tensor
        let file = tensor.storage as? MappedFile
        let step = max(1, Self.sliceElements / max(matrix.columns, 1))
        var scales = Scales()
        var (halves, packed) = ([UInt8](), PackedRows())
        for start in stride(from: 0, to: matrix.rows, by: step) {
            try Task.checkCancellation()
            // A file that became shorter would end the process at the first byte beyond.
            guard file?.hasOriginalSize ?? true else {
                throw ExportError.sourceChanged(file: file?.path ?? plan.path)
            }
            let rows = start..<min(start + step, matrix.rows)
            // The next tensor mostly stands behind this one, so there is no need to stop at its end.
            let next = tensor.byteRange.lowerBound + rows.upperBound * tensor.rowBytes
            file?.readAhead(next..<next + 2 * step * tensor.rowBytes)
            let ids = matrix.sourceRows(rows)
            let loss: QuantizationLoss?
            switch plan.formats[index] {
            case .half:
                loss = compute.quantizeRows(
                    of: tensor, ids: ids, to: .f16, rule: .fixed, importance: nil, into: &halves)
                if loss != nil { try write(halves.span) }
            case .integers(let groups):
                loss = compute.packRows(of: tensor, ids: ids, groups, into: &packed)
                if loss != nil { try write(packed.integers.span) }
                scales.scales += packed.scales
                scales.zeroPoints += packed.zeroPoints
            }
            guard let loss else { throw plan.outOfRange(index) }
            scales.loss += loss
            read(rows.upperBound * tensor.rowBytes)
        }
        // What was read once stays in the system's cache, if it has room, but not in this process.
        file?.releasePages(tensor.byteRange)
        return scales
    }
}
