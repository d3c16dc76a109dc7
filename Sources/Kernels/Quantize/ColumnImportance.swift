/// What errors in the columns of a row cost: the mean squares and products of the activations that meet them.
///
/// Where a row w becomes w + e, its product with activations x changes by e·x, in the mean square by `Σ e[i]·e[j]·E(x[i]·x[j])`.
/// Squares are the terms i = j of it; products those of all pairs within 32 columns.
@unsafe public struct ColumnImportance {
    /// One above 0 for each column; nil where all count the same.
    public let squares: UnsafePointer<Float>?
    /// Symmetric matrices of 32 × 32, eight of them side by side; nil where nothing is known of pairs.
    ///
    ///     products[1024·g + 32·i + j], lane b:   columns i and j of block 8·g + b
    ///
    /// What stands on a diagonal is above 0, also in the lanes behind the last block.
    public let products: UnsafePointer<SIMD8<Float>>?

    public init(squares: UnsafePointer<Float>?, products: UnsafePointer<SIMD8<Float>>?) {
        unsafe self.squares = squares
        unsafe self.products = products
    }

    /// All columns count the same.
    public static var equal: ColumnImportance { unsafe ColumnImportance(squares: nil, products: nil) }
}
