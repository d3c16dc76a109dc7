/// How the integers of a row share scales, in the formats of OpenVINO and ONNX: every `columns` of them have a scale, and
/// a zero point where the format has those.
public struct IntegerGroups: Sendable, Hashable {
    /// Of an integer: 4 or 8.
    public let bits: Int
    /// Of a group; a whole row is a group of all its columns.
    public let columns: Int
    /// Whether integers count from 0, less their group's zero point, instead of lying evenly around 0.
    public let hasZeroPoints: Bool

    /// - Precondition: 4 or 8 bits; at least one column, and an even number of them for 4 bits: a byte holds two.
    public init(bits: Int, columns: Int, hasZeroPoints: Bool) {
        precondition(bits == 4 || bits == 8, "4 or 8 bits")
        precondition(columns > 0 && columns * bits % 8 == 0, "whole bytes to a group")
        self.bits = bits
        self.columns = columns
        self.hasZeroPoints = hasZeroPoints
    }

    /// Bytes of a row's integers.
    public func integerBytes(columns: Int) -> Int { columns * bits / 8 }

    var levels: ClosedRange<Float> {
        let count = Float(1 << bits)
        return hasZeroPoints ? 0...count - 1 : -count / 2...count / 2 - 1
    }
}

/// What rounding took from a row: Σ (w − y)² and Σ w², y being what a reader gets.
public struct GroupLoss: Sendable {
    public var error: Float = 0
    public var norm: Float = 0

    public init() {}

    init(error: Float, norm: Float) {
        self.error = error
        self.norm = norm
    }
}

/// Quantises a row to integers in groups, by the rules of OpenVINO's compressor of weights (NNCF), to the bit.
///
///     without zero points   d = ∓ w(max |w|) / 2^(b−1)                         q = clamp(round(w / d))
///     with zero points      d = (max(w, 0) − min(w, 0)) / (2^b − 1)
///                           z = clamp(−round(min(w, 0) / d))                  q = clamp(round(w / d + z))
///
/// The first one's sign is such that the weight of largest magnitude becomes −2^(b−1), the end of the range that has one
/// level more. No |d| is below 2⁻²³. Rounding is to nearest, ties to even; d is rounded to f16 only when it is stored.
///
///     source       count floats
///     integers     count · b / 8 bytes, without gaps; of two nibbles in a byte the lower one is the even column;
///                  two's complement, or from 0 where there are zero points
///     scales       count / columns f16
///     zeroPoints   count / columns bytes; not touched where the format has none
///
/// - Precondition: `count` is a multiple of the group; no magnitude is above 65,504 and none NaN; nothing overlaps. Any
///   alignment.
/// - Error: |w − d·(q − z)| ≤ |d| / 2, plus what f16 takes from d; one |d| at the end of the range with a level less.
/// - Threads: none; callers split by rows.
@unsafe public func quantizeGroups(
    _ groups: IntegerGroups, _ source: UnsafePointer<Float>, into integers: UnsafeMutableRawPointer,
    scales: UnsafeMutablePointer<UInt16>, zeroPoints: UnsafeMutablePointer<UInt8>, count: Int
) -> GroupLoss {
    var (error, norm) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    let levels = groups.levels
    for group in 0..<count / groups.columns {
        let w = unsafe source + group * groups.columns
        let out = unsafe integers + groups.integerBytes(columns: group * groups.columns)
        let (d, z) = unsafe groups.scale(w)
        let bits = Half.bits(d)
        unsafe scales[group] = bits
        if groups.hasZeroPoints { unsafe zeroPoints[group] = UInt8(z) }
        let stored = Half.float(bits)
        for column in stride(from: 0, to: groups.columns, by: 8) {
            let present = min(8, groups.columns - column)
            let x = unsafe eight(w + column, count: present)
            let q = (x / d + z).nearest(within: levels)
            let rest = x - (q - z) * stored
            error += rest * rest
            norm += x * x
            unsafe storeIntegers(q.integers, bits: groups.bits, count: present, to: out + column * groups.bits / 8)
        }
    }
    return GroupLoss(error: error.laneSum, norm: norm.laneSum)
}

extension IntegerGroups {
    /// The scale and the zero point of a group.
    @unsafe @inline(__always)
    fileprivate func scale(_ w: UnsafePointer<Float>) -> (d: Float, z: Float) {
        var smallest = unsafe SIMD8(repeating: w[0])
        var largest = smallest
        let whole = columns & ~7
        for column in stride(from: 0, to: whole, by: 8) {
            let x = unsafe UnsafeRawPointer(w + column).loadUnaligned(as: SIMD8<Float>.self)
            smallest = smallest.lanewiseMin(x)
            largest = largest.lanewiseMax(x)
        }
        var (low, high) = (smallest.min(), largest.max())
        for column in whole..<columns { unsafe (low, high) = (min(low, w[column]), max(high, w[column])) }
        if !hasZeroPoints { return (held((low.magnitude >= high ? low.magnitude : -high) / -levels.lowerBound), 0) }
        (low, high) = (min(low, 0), max(high, 0))
        let d = held((high - low) / levels.upperBound)
        let z = -(low / d).rounded(.toNearestOrEven)
        return (d, min(max(z, levels.lowerBound), levels.upperBound))
    }

    /// A scale that can be divided by.
    private func held(_ d: Float) -> Float { d.magnitude < .ulpOfOne ? .ulpOfOne : d }
}

/// Up to eight floats, zeros beyond.
@unsafe @inline(__always)
func eight(_ w: UnsafePointer<Float>, count: Int) -> SIMD8<Float> {
    if count == 8 { return unsafe UnsafeRawPointer(w).loadUnaligned(as: SIMD8<Float>.self) }
    var x = SIMD8<Float>.zero
    for lane in 0..<count { unsafe x[lane] = w[lane] }
    return x
}

/// - Precondition: an even count for 4 bits.
@unsafe @inline(__always)
func storeIntegers(_ q: SIMD8<Int32>, bits: Int, count: Int, to out: UnsafeMutableRawPointer) {
    let bytes = SIMD8<UInt8>(truncatingIfNeeded: q)
    if bits == 8 {
        if count == 8 { return unsafe out.storeBytes(of: bytes, as: SIMD8<UInt8>.self) }
        for lane in 0..<count { unsafe out.storeBytes(of: bytes[lane], toByteOffset: lane, as: UInt8.self) }
        return
    }
    // Bytes 0a 0b 0c … become ba dc …: each pair first, then pairs of pairs beside each other.
    var word = unsafe unsafeBitCast(bytes & 15, to: UInt64.self)
    word = (word | word >> 4) & 0x00ff_00ff_00ff_00ff
    word = (word | word >> 8) & 0x0000_ffff_0000_ffff
    let packed = UInt32(truncatingIfNeeded: word | word >> 16)
    if count == 8 { return unsafe out.storeBytes(of: packed, as: UInt32.self) }
    for byte in 0..<count / 2 {
        unsafe out.storeBytes(of: UInt8(truncatingIfNeeded: packed >> (8 * byte)), toByteOffset: byte, as: UInt8.self)
    }
}
