/// Conversions between `Float` and the two 16-bit formats, by their bits: exact one way, round to nearest even the other.
///
/// Without the F16C instructions the compiler would call a library routine for every `Float16`; these vectorise.
public enum Half {
    /// IEEE 754 binary16 to `Float`, exactly: subnormals, infinities and NaN payloads included.
    @inlinable @inline(__always)
    public static func float(_ bits: UInt16) -> Float {
        let magnitude = UInt32(bits & 0x7fff) << 13
        // As a Float, the shifted magnitude is too small by 2^(127-15), subnormals too.
        var result = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
        if magnitude >= 0x0f80_0000 { result = magnitude | 0x7f80_0000 }
        return Float(bitPattern: result | UInt32(bits & 0x8000) << 16)
    }

    /// Eight at once; the same values as ``float(_:)-(UInt16)``.
    @inlinable @inline(__always)
    public static func floats(_ bits: SIMD8<UInt16>) -> SIMD8<Float> {
        let wide = SIMD8<UInt32>(widening: bits)
        let magnitude = (wide & 0x7fff) &<< 13
        let scaled = unsafe unsafeBitCast(magnitude, to: SIMD8<Float>.self) * 0x1p112
        // All ones where the exponent is that of infinities and NaN; without a comparison, which becomes a loop.
        let special = 0 &- ((magnitude &+ 0x7080_0000) &>> 31)
        let result = unsafe unsafeBitCast(scaled, to: SIMD8<UInt32>.self) | (special & 0x7f80_0000)
        return unsafe unsafeBitCast(result | (wide & 0x8000) &<< 16, to: SIMD8<Float>.self)
    }

    /// `Float` to IEEE 754 binary16, to nearest, ties to even; overflow gives infinity, NaN stays NaN.
    public static func bits(_ value: Float) -> UInt16 {
        let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
        let magnitude = value.bitPattern & 0x7fff_ffff
        if magnitude > 0x7f80_0000 { return sign | 0x7e00 }
        // From 65520 on, nearest is past the largest finite value.
        if magnitude >= 0x477f_f000 { return sign | 0x7c00 }
        if magnitude < 0x3880_0000 {
            // Subnormal: adding 0.5 leaves the result, rounded by the addition itself, in the last bits.
            let shifted = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- 0x3f00_0000)
        }
        let odd = (magnitude >> 13) & 1
        return sign | UInt16(truncatingIfNeeded: (magnitude &- 0x3800_0000 &+ 0x0fff &+ odd) >> 13)
    }
}

/// The upper half of a `Float`: its sign, exponent and first seven bits of the significand.
public enum BFloat16 {
    @inlinable @inline(__always)
    public static func float(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

    @inlinable @inline(__always)
    public static func floats(_ bits: SIMD8<UInt16>) -> SIMD8<Float> {
        unsafe unsafeBitCast(SIMD8<UInt32>(widening: bits) &<< 16, to: SIMD8<Float>.self)
    }

    /// To nearest, ties to even; NaN stays NaN.
    public static func bits(_ value: Float) -> UInt16 {
        if value.isNaN { return UInt16(truncatingIfNeeded: value.bitPattern >> 16) | 0x0040 }
        let odd = (value.bitPattern >> 16) & 1
        return UInt16(truncatingIfNeeded: (value.bitPattern &+ 0x7fff &+ odd) >> 16)
    }
}
