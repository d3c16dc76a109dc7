/// Sums, while it is asked to, the squares of the activations that meet each column of each matrix: how much an error in
/// that column of the matrix counts.
///
/// While nothing is summed, a product costs the look at ``isSumming``. Rows are added one after another as doubles on the
/// caller's thread, so the sums depend neither on the threads nor on how the tokens were cut into passes.
package final class InputSquares: @unchecked Sendable {
    /// What has met one matrix.
    package struct Sums: Sendable, Equatable {
        /// Σ x² of each column: (inputs)
        package fileprivate(set) var values: [Double]
        /// Rows of activations that were added.
        package fileprivate(set) var count = 0

        fileprivate mutating func add(_ x: Activations, rows: Range<Int>) {
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
    func add(_ x: Activations, rows: Range<Int>, meeting w: WeightMatrix) {
        sums[ObjectIdentifier(w), default: (w, Sums(values: Array(repeating: 0, count: w.inputs)))].sums
            .add(x, rows: rows)
    }
}
