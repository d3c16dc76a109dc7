import Kernels
package import Tensors

extension Compute {
    /// Lays rows `ids` of a tensor down as columns of a matrix of f16 or f32 numbers, split by rows over the threads.
    ///
    ///     bytes   (columns.count, width) numbers, row-major; those of column first + k are of row ids[k]
    ///
    /// - Parameters:
    ///   - columns: of the tensor, which become the matrix' rows.
    ///   - first: the matrix' column for the first of the ids.
    ///   - width: columns of the matrix.
    /// - Returns: the loss; nil where a weight is not finite, or is infinite as f16; the bytes are worthless then.
    /// - Precondition: the ids are rows of the tensor and fit the matrix from `first` on, `bytes` holds the matrix.
    package func transposeRows(
        of tensor: Tensor, ids: [Int], columns: Range<Int>, asHalf: Bool, into bytes: inout [UInt8], first: Int,
        width: Int
    ) -> QuantizationLoss? {
        let size = asHalf ? 2 : 4
        precondition(ids.allSatisfy { $0 >= 0 && $0 < tensor.shape.rows }, "an id is no row of \(tensor.name)")
        precondition(columns.lowerBound >= 0 && columns.upperBound <= tensor.shape.columns, "columns of the tensor")
        precondition(first >= 0 && first + ids.count <= width && bytes.count == columns.count * width * size, "room")
        guard let base = unsafe tensor.bytes.baseAddress, !ids.isEmpty else { return QuantizationLoss() }
        scratch.reservePerThread(Self.transposedRows * tensor.shape.columns * MemoryLayout<Float>.stride)
        var losses = [GroupLoss?](repeating: nil, count: ids.count)
        unsafe bytes.withUnsafeMutableBytes { out in
            unsafe losses.withUnsafeMutableBufferPointer { losses in
                let work = unsafe TransposeWork(
                    base: base, tensor: tensor, columns: columns, asHalf: asHalf, out: out.baseAddress!, width: width)
                let results = losses.baseAddress!
                pool.run { thread in
                    let floats = unsafe scratch.bytes(ofThread: thread).assumingMemoryBound(to: Float.self)
                    let share = WorkerPool.share(of: ids.count, index: thread, among: threadCount)
                    for start in stride(from: share.lowerBound, to: share.upperBound, by: Self.transposedRows) {
                        let rows = start..<min(start + Self.transposedRows, share.upperBound)
                        for row in rows {
                            unsafe results[row] = work.read(ids[row], to: floats + (row - start) * tensor.shape.columns)
                        }
                        unsafe work.write(floats, count: rows.count, at: first + start)
                    }
                }
            }
        }
        return QuantizationLoss(ofRows: losses)
    }

    /// Rows that a thread turns at a time: their numbers fill a cache line of f32.
    private static let transposedRows = 16
}

/// What all rows of a call share.
@unsafe private struct TransposeWork {
    let base: UnsafeRawPointer
    let tensor: Tensor
    let columns: Range<Int>
    let asHalf: Bool
    let out: UnsafeMutableRawPointer
    let width: Int

    func read(_ id: Int, to floats: UnsafeMutablePointer<Float>) -> GroupLoss? {
        unsafe dequantizeRow(
            type: tensor.type, base + id * tensor.rowBytes, into: floats, count: tensor.shape.columns)
        var loss = GroupLoss()
        for column in unsafe columns {
            let value = unsafe floats[column]
            let kept = unsafe asHalf ? Half.float(Half.bits(value)) : value
            guard kept.isFinite else { return nil }
            loss.error += (value - kept) * (value - kept)
            loss.norm += value * value
        }
        return loss
    }

    /// - Parameter floats: `count` rows of the tensor.
    func write(_ floats: UnsafePointer<Float>, count: Int, at first: Int) {
        let stride = unsafe tensor.shape.columns
        for (place, column) in unsafe columns.enumerated() {
            let start = unsafe place * width + first
            for row in 0..<count {
                let value = unsafe floats[row * stride + column]
                if unsafe asHalf {
                    unsafe out.storeBytes(of: Half.bits(value), toByteOffset: 2 * (start + row), as: UInt16.self)
                } else {
                    unsafe out.storeBytes(of: value, toByteOffset: 4 * (start + row), as: Float.self)
                }
            }
        }
    }
}
