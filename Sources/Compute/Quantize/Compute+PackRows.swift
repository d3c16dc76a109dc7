package import Kernels
package import Tensors

/// Rows as integers in groups: the three things that a format stores apart. Memory that is used again from call to call.
package struct PackedRows {
    /// Without gaps, row after row.
    package fileprivate(set) var integers: [UInt8] = []
    /// f16 by its bits: (rows, groups)
    package fileprivate(set) var scales: [UInt16] = []
    /// A byte each: (rows, groups); empty where the format has none.
    package fileprivate(set) var zeroPoints: [UInt8] = []

    package init() {}

    fileprivate mutating func resize(rows: Int, columns: Int, _ groups: IntegerGroups) {
        func fit<Value: FixedWidthInteger>(_ values: inout [Value], _ count: Int) {
            if values.count != count { values = [Value](repeating: 0, count: count) }
        }
        let groupCount = rows * (columns / groups.columns)
        fit(&integers, rows * groups.integerBytes(columns: columns))
        fit(&scales, groupCount)
        fit(&zeroPoints, groups.hasZeroPoints ? groupCount : 0)
    }
}

extension Compute {
    /// Rows `ids` of a tensor as integers in groups, in the order of the ids, split by rows over the threads: the same
    /// bytes whatever their number.
    ///
    /// - Returns: nil where a weight is not finite or above 65,504, which f16 scales do not reach; the rows are worthless
    ///   then.
    /// - Precondition: the ids are rows of the tensor, its columns whole groups.
    package func packRows(
        of tensor: Tensor, ids: [Int], _ groups: IntegerGroups, into packed: inout PackedRows
    ) -> QuantizationLoss? {
        let (columns, rowCount) = (tensor.shape.columns, tensor.shape.rows)
        precondition(ids.allSatisfy { $0 >= 0 && $0 < rowCount }, "an id is no row of \(tensor.name)")
        precondition(columns % groups.columns == 0, "whole groups")
        packed.resize(rows: ids.count, columns: columns, groups)
        guard let base = unsafe tensor.bytes.baseAddress, !ids.isEmpty else { return QuantizationLoss() }
        scratch.reservePerThread(columns * MemoryLayout<Float>.stride)
        var losses = [GroupLoss?](repeating: nil, count: ids.count)
        unsafe packed.integers.withUnsafeMutableBytes { integers in
            unsafe packed.scales.withUnsafeMutableBufferPointer { scales in
                unsafe packed.zeroPoints.withUnsafeMutableBufferPointer { zeroPoints in
                    unsafe losses.withUnsafeMutableBufferPointer { losses in
                        let work = unsafe PackWork(
                            base: base, tensor: tensor, groups: groups, integers: integers.baseAddress!,
                            scales: scales.baseAddress!,
                            // Never written where the format has none.
                            zeroPoints: zeroPoints.baseAddress
                                ?? integers.baseAddress!.assumingMemoryBound(to: UInt8.self))
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
        }
        return QuantizationLoss(ofRows: losses)
    }

    /// The largest magnitude that ``packRows(of:ids:_:into:)`` takes.
    package static let largestPackedWeight: Float = 65_504
}

/// What all rows of a call share.
@unsafe private struct PackWork {
    let base: UnsafeRawPointer
    let tensor: Tensor
    let groups: IntegerGroups
    let integers: UnsafeMutableRawPointer
    let scales: UnsafeMutablePointer<UInt16>
    let zeroPoints: UnsafeMutablePointer<UInt8>

    /// - Parameter floats: room for a row.
    func run(_ row: Int, source id: Int, _ floats: UnsafeMutablePointer<Float>) -> GroupLoss? {
        let columns = unsafe tensor.shape.columns
        let first = unsafe row * (columns / groups.columns)
        unsafe dequantizeRow(type: tensor.type, base + id * tensor.rowBytes, into: floats, count: columns)
        // As integers, magnitudes order like floats, and NaN stands above infinity.
        var largest: UInt32 = 0
        for column in 0..<columns { largest = unsafe max(largest, floats[column].bitPattern & 0x7fff_ffff) }
        guard Float(bitPattern: largest) <= Compute.largestPackedWeight else { return nil }
        return unsafe quantizeGroups(
            groups, floats, into: integers + row * groups.integerBytes(columns: columns), scales: scales + first,
            zeroPoints: zeroPoints + first, count: columns)
    }
}
