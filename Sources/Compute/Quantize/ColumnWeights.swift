import Kernels

/// What errors in the columns of a matrix cost: see `ColumnImportance`, to which this lends its memory.
package struct ColumnWeights: Sendable {
    /// One above 0 for each column.
    let squares: [Float]
    /// Eight symmetric matrices side by side, of 32 columns each; nil where nothing is known of pairs.
    private let products: [SIMD8<Float>]?

    package var count: Int { squares.count }

    /// - Parameters:
    ///   - squares: (columns), above 0.
    ///   - pairs: what a pair (i, j) counts, i ≠ j within a block of 32 columns: (blocks, 32, 32); nil for nothing. Its
    ///     diagonals are not looked at, squares stand there.
    /// - Precondition: with pairs, whole blocks.
    package init(squares: [Float], pairs: [Float]? = nil) {
        precondition(pairs?.count ?? 32 * squares.count == 32 * squares.count, "a matrix for each block of 32 columns")
        self.squares = squares
        products = pairs.map { pairs in
            let blocks = squares.count / 32
            return (0..<(blocks + 7) / 8 * 1_024).map { index in
                let (group, i, j) = (index / 1_024, index / 32 % 32, index % 32)
                var lanes = SIMD8<Float>(repeating: i == j ? 1 : 0)
                for lane in 0..<min(8, blocks - 8 * group) {
                    let block = 8 * group + lane
                    lanes[lane] = i == j ? squares[32 * block + i] : pairs[1_024 * block + 32 * i + j]
                }
                return lanes
            }
        }
    }

    @unsafe static func withPointers(_ weights: ColumnWeights?, _ body: (ColumnImportance) -> Void) {
        guard let weights else { return unsafe body(.equal) }
        unsafe weights.squares.withUnsafeBufferPointer { squares in
            guard let products = weights.products else {
                return unsafe body(ColumnImportance(squares: squares.baseAddress, products: nil))
            }
            unsafe products.withUnsafeBufferPointer { products in
                unsafe body(ColumnImportance(squares: squares.baseAddress, products: products.baseAddress))
            }
        }
    }
}
