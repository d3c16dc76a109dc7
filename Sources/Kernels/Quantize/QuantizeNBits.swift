/// How MatMulNBits of ONNX Runtime holds a matrix: integers in blocks of a row, from 0, half of their range standing for 0,
/// and a scale for each block.
public struct NBitBlocks: Sendable, Hashable {
    /// Of an integer: 4 or 8.
    public let bits: Int
    /// Of a block; the last one of a row is filled up.
    public let columns: Int
    /// Whether scales are f16, and so are the weights that integers are made of; f32 otherwise.
    public let hasHalfScales: Bool

    /// Those that the operator takes.
    public static let blockColumns = [16, 32, 64, 128, 256]

    /// - Precondition: 4 or 8 bits, in blocks of one of ``blockColumns``.
    public init(bits: Int, columns: Int, hasHalfScales: Bool) {
        precondition(bits == 4 || bits == 8, "4 or 8 bits")
        precondition(Self.blockColumns.contains(columns), "a block that the operator takes")
        self.bits = bits
        self.columns = columns
        self.hasHalfScales = hasHalfScales
    }

    /// Blocks of a row.
    public func blocks(columns count: Int) -> Int { (count + columns - 1) / columns }
    /// Bytes of a row's integers.
    public func integerBytes(columns count: Int) -> Int { blocks(columns: count) * columns * bits / 8 }
    /// Bytes of a row's scales.
    public func scaleBytes(columns count: Int) -> Int { blocks(columns: count) * (hasHalfScales ? 2 : 4) }

    /// The integer that stands for 0.
    var middle: Float { Float(1 << (bits - 1)) }
}

/// The scales of a row by the rule of ONNX Runtime's quantiser (MLAS), to the bit: d = −m / 2^(b−1), m being the weight of
/// largest magnitude, the negative one of two that are as large. f16 scales are of weights in f16.
///
///     source   count floats; rounded to f16 in place where scales are f16
///     scales   ⌈count / columns⌉ floats
///
/// - Precondition: no weight is NaN; nothing overlaps. Any alignment.
/// - Error: none; the rule is the meaning.
/// - Threads: none; callers split by rows.
@unsafe public func scaleNBits(
    _ format: NBitBlocks, _ source: UnsafeMutablePointer<Float>, into scales: UnsafeMutablePointer<Float>, count: Int
) {
    if format.hasHalfScales {
        for column in 0..<count { unsafe source[column] = Half.float(Half.bits(source[column])) }
    }
    for block in 0..<format.blocks(columns: count) {
        let w = unsafe source + block * format.columns
        let present = min(format.columns, count - block * format.columns)
        let whole = present & ~7
        var (low, high) = unsafe (w[0], w[0])
        if whole > 0 {
            var smallest = unsafe UnsafeRawPointer(w).loadUnaligned(as: SIMD8<Float>.self)
            var largest = smallest
            for column in stride(from: 8, to: whole, by: 8) {
                let x = unsafe UnsafeRawPointer(w + column).loadUnaligned(as: SIMD8<Float>.self)
                smallest = smallest.lanewiseMin(x)
                largest = largest.lanewiseMax(x)
            }
            (low, high) = (smallest.min(), largest.max())
        }
        for column in whole..<present { unsafe (low, high) = (min(low, w[column]), max(high, w[column])) }
        let d = (high.magnitude > low.magnitude ? high : low) / -format.middle
        unsafe scales[block] = format.hasHalfScales ? Half.float(Half.bits(d)) : d
    }
}

/// The integers of a row for scales that are known: q = clamp(⌊w · (1 / d) + 2^(b−1) + ½⌋), to the bit what ONNX Runtime's
/// quantiser makes of its own scales, and exactly the stored integers where weights are such multiples of their scales.
///
///     source     count floats
///     scales     ⌈count / columns⌉ floats
///     integers   ⌈count / columns⌉ · columns · b / 8 bytes; of two nibbles in a byte the lower one is the even column;
///                zeros behind the row's end
///
/// - Precondition: every weight is finite; nothing overlaps. Any alignment.
/// - Error: |w − d·(q − 2^(b−1))| ≤ |d| / 2; one |d| at the end of the range with a level less.
/// - Threads: none; callers split by rows.
@unsafe public func quantizeNBits(
    _ format: NBitBlocks, _ source: UnsafePointer<Float>, scales: UnsafePointer<Float>,
    into integers: UnsafeMutableRawPointer, count: Int
) -> GroupLoss {
    var (error, norm) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    let (middle, top) = (format.middle, 2 * format.middle - 1)
    for block in 0..<format.blocks(columns: count) {
        let w = unsafe source + block * format.columns
        let out = unsafe integers + block * format.columns * format.bits / 8
        let present = min(format.columns, count - block * format.columns)
        let d = unsafe scales[block]
        // A block of zeros has no scale to divide by; below the normal numbers the quotient would be infinite.
        let reciprocal = d.isNormal ? 1 / d : 0
        for column in stride(from: 0, to: format.columns, by: 8) {
            let place = unsafe out + column * format.bits / 8
            let here = min(8, present - column)
            guard here > 0 else {
                unsafe storeIntegers(.zero, bits: format.bits, count: 8, to: place)
                continue
            }
            let x = unsafe eight(w + column, count: here)
            var q = (x * reciprocal + middle).roundedUpFromHalf(within: 0...top)
            let rest = x - (SIMD8(converting: q) - middle) * d
            error += rest * rest
            norm += x * x
            for lane in here..<8 { q[lane] = 0 }
            unsafe storeIntegers(q, bits: format.bits, count: 8, to: place)
        }
    }
    return GroupLoss(error: error.laneSum, norm: norm.laneSum)
}

extension SIMD8<Float> {
    /// To the nearest integer, halves up, within bounds.
    ///
    /// - Precondition: no NaN; the bounds lie from 0 to 2^21.
    @inline(__always)
    fileprivate func roundedUpFromHalf(within bounds: ClosedRange<Float>) -> SIMD8<Int32> {
        let sum = (self + 0.5).lanewiseBounded(bounds)
        // Adding 1.5 · 2²³ leaves the nearest integer in the last bits; where that is above, the one below is meant. There is
        // no comparison, which would become a loop: the sign of the difference is subtracted as a bit.
        let shifted = sum + 0x1.8p23
        let nearest = unsafe unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- 0x4b40_0000
        let difference = unsafe unsafeBitCast(sum - (shifted - 0x1.8p23), to: SIMD8<Int32>.self)
        return nearest &+ (difference &>> 31)
    }
}
