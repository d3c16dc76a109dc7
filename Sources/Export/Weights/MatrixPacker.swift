import Compute
import Kernels

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

    /// Calls `write` with the matrix' f16 numbers or integers, piece after piece.
    ///
    /// - Parameter read: bytes of the matrix that were read so far.
    func pack(
        _ index: Int, write: (Span<UInt8>) throws -> Void, read: (Int) -> Void
    ) throws -> Scales {
        let matrix = plan.matrices[index]
        var scales = Scales()
        var (halves, packed) = ([UInt8](), PackedRows())
        try matrix.forEachSlice(of: 0..<matrix.rows, path: plan.path) { rows, ids in
            let loss: QuantizationLoss?
            switch plan.formats[index] {
            case .half:
                loss = compute.quantizeRows(
                    of: matrix.tensor, ids: ids, to: .f16, rule: .fixed, importance: nil, into: &halves)
                if loss != nil { try write(halves.span) }
            case .integers(let groups):
                loss = compute.packRows(of: matrix.tensor, ids: ids, groups, into: &packed)
                if loss != nil { try write(packed.integers.span) }
                scales.scales += packed.scales
                scales.zeroPoints += packed.zeroPoints
            }
            guard let loss else { throw plan.outOfRange(index) }
            scales.loss += loss
            read(rows.upperBound * matrix.tensor.rowBytes)
        }
        return scales
    }
}
