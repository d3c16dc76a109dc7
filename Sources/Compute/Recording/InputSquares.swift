/// Sums, while it is asked to, the squares of the activations that meet each column of each matrix, and the products of
/// those that meet neighbouring ones: how much errors in these columns of the matrix count.
///
/// While nothing is summed, a product costs the look at ``isSumming``. Rows are added one after another as doubles, each
/// block of columns by one thread, so the sums depend neither on the threads nor on how the tokens were cut into passes.
package final class InputSquares: @unchecked Sendable {
    /// What has met one matrix.
    package struct Sums: Sendable, Equatable {
        /// Σ x² of each column: (inputs)
        package fileprivate(set) var values: [Double]
        /// Σ x[i]·x[j] of each pair of columns within a block of 32: (inputs / 32, 32, 32); empty where columns are no
        /// whole blocks.
        package fileprivate(set) var products: [Double]
        /// Rows of activations that were added.
        package fileprivate(set) var count = 0

        fileprivate init(columns: Int) {
            values = Array(repeating: 0, count: columns)
            products = Array(repeating: 0, count: columns % 32 == 0 ? 32 * columns : 0)
        }

        fileprivate mutating func add(_ x: Activations, rows: Range<Int>, _ pool: WorkerPool) {
            count += rows.count
            let columns = values.count
            unsafe values.withUnsafeMutableBufferPointer { sums in
                for row in rows {
                    let activations = unsafe x.pointer(row: row)
                    for column in 0..<columns {
                        let value = unsafe Double(activations[column])
                        unsafe sums[column] += value * value
                    }
                }
            }
            guard !products.isEmpty else { return }
            unsafe products.withUnsafeMutableBufferPointer { products in
                let base = products.baseAddress!
                pool.run { thread in
                    for block in WorkerPool.share(of: columns / 32, index: thread, among: pool.threadCount) {
                        let sums = unsafe UnsafeMutableRawPointer(base + 1_024 * block)
                        for row in rows {
                            unsafe addPairs(of: UnsafeRawPointer(x.pointer(row: row) + 32 * block), to: sums)
                        }
                    }
                }
            }
        }
    }

    package private(set) var isSumming = false
    // The matrix is kept with its sums, so that no other can come to its address.
    private var sums: [ObjectIdentifier: (matrix: WeightMatrix, sums: Sums)] = [:]

    /// Begins to sum. What was summed before is gone.
    /// - Precondition: no operation is running.
    package func start() {
        sums = [:]
        isSumming = true
    }

    /// Ends summing.
    ///
    /// - Returns: the sums of each matrix that was used, under the name of each tensor that it was made of: all of its
    ///   rows meet the same.
    package func stop() -> [String: Sums] {
        var byTensor: [String: Sums] = [:]
        for (matrix, sums) in sums.values {
            for name in matrix.tensorNames { byTensor[name] = sums }
        }
        sums = [:]
        isSumming = false
        return byTensor
    }

    /// Out of the way of products that nobody asks about.
    /// - Precondition: x has the rows, and the columns that w asks for.
    @inline(never)
    func add(_ x: Activations, rows: Range<Int>, meeting w: WeightMatrix, _ pool: WorkerPool) {
        sums[ObjectIdentifier(w), default: (w, Sums(columns: w.inputs))].sums.add(x, rows: rows, pool)
    }
}

/// The products of 32 activations with one another.
@unsafe @inline(__always)
private func addPairs(of x: UnsafeRawPointer, to sums: UnsafeMutableRawPointer) {
    typealias Eight = SIMD8<Double>
    let eights = unsafe (
        Eight(x.loadUnaligned(as: SIMD8<Float>.self)),
        Eight(x.loadUnaligned(fromByteOffset: 32, as: SIMD8<Float>.self)),
        Eight(x.loadUnaligned(fromByteOffset: 64, as: SIMD8<Float>.self)),
        Eight(x.loadUnaligned(fromByteOffset: 96, as: SIMD8<Float>.self))
    )
    for i in 0..<32 {
        let value = unsafe Eight(repeating: Double(x.loadUnaligned(fromByteOffset: 4 * i, as: Float.self)))
        let row = unsafe (sums + 256 * i).assumingMemoryBound(to: Eight.self)
        unsafe row[0] += value * eights.0
        unsafe row[1] += value * eights.1
        unsafe row[2] += value * eights.2
        unsafe row[3] += value * eights.3
    }
}
