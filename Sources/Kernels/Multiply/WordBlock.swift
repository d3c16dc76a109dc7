/// Integers of 15 bits, 64 columns that share a scale: what weights of 16 bits, and the activations that meet them, become.
///
///     q = round(x / scale), |q| ≤ 16383, √Σq² ≤ 46000
///
/// Both bounds serve the product:
/// - A weight and an activation can be added in 16 bits. A set with an instruction for pairs of 16-bit products then needs
///   one of them where it would need two, since for four columns (Winograd 1968)
///
///       (w₀ + x₂)(w₂ + x₀) + (w₁ + x₃)(w₃ + x₁) = Σ w·x + (w₀w₂ + w₁w₃) + (x₀x₂ + x₁x₃)
///
///   and what is too much depends on one factor alone: on the row or on the token. It may overflow on the way, for integers
///   of 32 bits are added modulo 2³².
/// - The result fits: |Σ w·x| ≤ √Σw²·√Σx² ≤ 46000·46005 < 2³¹ (Cauchy and Schwarz; 5 is what rounding to integers anew
///   may add). Columns that are alike lose a quarter of a bit by it; a bound over Σ|x| would take more than one.
public enum WordBlock {
    /// Columns of a block.
    @inlinable public static var columns: Int { 64 }
    /// Bytes of a block of eight rows of weights: their scales and their integers.
    @inlinable public static var groupBytes: Int { 16 + 8 * 2 * columns }
    /// The largest integer.
    @inlinable public static var largest: Float { 16383 }
    /// The largest Σq² of the integers before the norm decides the scale.
    @inlinable public static var largestSquares: Int64 { 46_000 * 46_000 }

    /// The scale and its reciprocal, made for ±``largest``, for integers whose Σq² would be too large.
    @inlinable @inline(__always)
    public static func fitted(_ scale: Float, _ inverse: Float, squares: Int64) -> (scale: Float, inverse: Float) {
        let ratio = 46_000 / Double(squares).squareRoot()
        return (Float(Double(scale) / ratio), Float(Double(inverse) * ratio))
    }
}

/// The integers of 64 columns.
struct WordIntegers {
    let low: IntegerBlock
    let high: IntegerBlock

    static var zero: WordIntegers { WordIntegers(low: .zero, high: .zero) }

    @inline(__always)
    private init(low: IntegerBlock, high: IntegerBlock) {
        self.low = low
        self.high = high
    }

    /// Floats times a factor, to nearest, ties to even.
    @inline(__always)
    init(_ low: FloatBlock, _ high: FloatBlock, times factor: Float) {
        let bounds = -WordBlock.largest...WordBlock.largest
        self.init(
            low: IntegerBlock(low, times: factor, within: bounds),
            high: IntegerBlock(high, times: factor, within: bounds))
    }

    /// Σ q², exactly: eight squares of a lane stay below 2³¹.
    var squares: Int64 {
        @inline(__always) get {
            let sums = Self.sum(low) { $0 &* $0 } &+ Self.sum(high) { $0 &* $0 }
            return sums.indices.reduce(0) { $0 + Int64(sums[$1]) }
        }
    }

    /// Σ q₀q₂ + q₁q₃ over all fours of columns, modulo 2³².
    var crossProducts: Int32 {
        @inline(__always) get {
            func cross(_ v: SIMD8<Int32>) -> SIMD4<Int32> {
                SIMD4(
                    lowHalf: v.lowHalf.lowHalf &* v.lowHalf.highHalf,
                    highHalf: v.highHalf.lowHalf &* v.highHalf.highHalf)
            }
            return (Self.sum(low, cross) &+ Self.sum(high, cross)).wrappedSum()
        }
    }

    @inline(__always)
    private static func sum<Sums: SIMD>(_ q: IntegerBlock, _ body: (SIMD8<Int32>) -> Sums) -> Sums
    where Sums.Scalar == Int32 {
        body(q.a) &+ body(q.b) &+ (body(q.c) &+ body(q.d))
    }
}
