package import Kernels
package import Tensors

/// Rows as MatMulNBits holds them. Memory that is used again from call to call.
package struct NBitRows {
    /// Row after row.
    package fileprivate(set) var integers: [UInt8] = []
    /// f16 or f32 by their bytes: (rows, blocks)
    package fileprivate(set) var scales: [UInt8] = []

    package init() {}

    fileprivate mutating func resize(rows: Int, columns: Int, _ format: NBitBlocks) {
        func fit(_ bytes: inout [UInt8], _ count: Int) {
            if bytes.count != count { bytes = [UInt8](repeating: 0, count: count) }
        }
        fit(&integers, rows * format.integerBytes(columns: columns))
        fit(&scales, rows * format.scaleBytes(columns: columns))
    }
}

extension Compute {
    /// Rows `ids` of a tensor as integers in blocks, in the order of the ids, split by rows over the threads: the same
    /// bytes whatever their number.
    ///
    /// - Parameter keepsValues: whether the scales are those that the tensor's own blocks have, instead of new ones.
    /// - Returns: nil where a weight is not finite, or above 65,504; the rows are worthless then.
    /// - Precondition: the ids are rows of the tensor; where values are kept, the format is the type's `sameNBits`.
    package func packNBits(
        of tensor: Tensor, ids: [Int], _ format: NBitBlocks, keepsValues: Bool, into packed: inout NBitRows
    ) -> QuantizationLoss? {
        let (columns, rowCount) = (tensor.shape.columns, tensor.shape.rows)
        precondition(ids.allSatisfy { $0 >= 0 && $0 < rowCount }, "an id is no row of \(tensor.name)")
        precondition(
            !keepsValues || tensor.type.sameNBits(hasHalfScales: format.hasHalfScales) == format,
            "the type's own layout")
        packed.resize(rows: ids.count, columns: columns, format)
        guard let base = unsafe tensor.bytes.baseAddress, !ids.isEmpty else { return QuantizationLoss() }
        scratch.reservePerThread((columns + format.blocks(columns: columns)) * MemoryLayout<Float>.stride)
        var losses = [GroupLoss?](repeating: nil, count: ids.count)
        unsafe packed.integers.withUnsafeMutableBytes { integers in
            unsafe packed.scales.withUnsafeMutableBytes { scales in
                unsafe losses.withUnsafeMutableBufferPointer { losses in
                    let work = unsafe NBitWork(
                        base: base, tensor: tensor, format: format, keepsValues: keepsValues,
                        integers: integers.baseAddress!, scales: scales.baseAddress!)
                    let results = losses.baseAddress!
                    pool.run { thread in
                        let floats = unsafe scratch.bytes(ofThread: thread).assumingMemoryBound(to: Float.self)
                        for row in WorkerPool.share(of: ids.count, index: thread, among: threadCount) {
                            unsafe results[row] = work.run(row, source: ids[row], floats)
                        }
                    }
                }
            }
        }
        return QuantizationLoss(ofRows: losses)
    }
}

/// What all rows of a call share.
@unsafe private struct NBitWork {
    let base: UnsafeRawPointer
    let tensor: Tensor
    let format: NBitBlocks
    let keepsValues: Bool
    let integers: UnsafeMutableRawPointer
    let scales: UnsafeMutableRawPointer

    /// - Parameter floats: room for a row and its scales.
    func run(_ row: Int, source id: Int, _ floats: UnsafeMutablePointer<Float>) -> GroupLoss? {
        let columns = unsafe tensor.shape.columns
        let (bytes, found) = unsafe (base + id * tensor.rowBytes, floats + columns)
        unsafe dequantizeRow(type: tensor.type, bytes, into: floats, count: columns)
        // As integers, magnitudes order like floats, and NaN stands above infinity.
        var largest: UInt32 = 0
        for column in 0..<columns { largest = unsafe max(largest, floats[column].bitPattern & 0x7fff_ffff) }
        guard Float(bitPattern: largest) <= Compute.largestPackedWeight else { return nil }
        if unsafe keepsValues {
            unsafe readScales(type: tensor.type, bytes, into: found, count: columns)
        } else {
            unsafe scaleNBits(format, floats, into: found, count: columns)
        }
        let loss = unsafe quantizeNBits(
            format, floats, scales: found, into: integers + row * format.integerBytes(columns: columns), count: columns)
        let out = unsafe scales + row * format.scaleBytes(columns: columns)
        for block in unsafe 0..<format.blocks(columns: columns) {
            if unsafe format.hasHalfScales {
                unsafe out.storeBytes(of: Half.bits(found[block]), toByteOffset: 2 * block, as: UInt16.self)
            } else {
                unsafe out.storeBytes(of: found[block], toByteOffset: 4 * block, as: Float.self)
            }
        }
        return loss
    }
}
