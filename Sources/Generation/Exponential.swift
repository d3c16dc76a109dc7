/// e^x for x ≤ 0, within 2 ulp; 0 below the smallest normal number.
///
/// Built of additions and multiplications alone, whose results IEEE 754 fixes: the C library's `exp` differs in the
/// last bit from platform to platform, and the same seed must draw the same token on all of them.
///
///     x = k·ln 2 + r, |r| ≤ ln 2 / 2        e^x = 2^k · Σ r^i / i!, i ≤ 13
///
/// The first term left out is below 0.347^14 / 14! ≈ 4e-18. ln 2 is split in two so that k·ln 2 loses no bits
/// (Cody and Waite, "Software Manual for the Elementary Functions", 1980).
@inline(__always)
func exponential(_ x: Double) -> Double {
    guard x > -708 else { return 0 }
    // Adding 1.5 · 2^52 rounds to a whole number, which then stands in the lowest bits.
    let shifted = x * 1.442_695_040_888_963_4 + 0x1.8p52
    let k = shifted - 0x1.8p52
    let r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33
    var sum = 1.0 / 6_227_020_800
    sum = sum * r + 1.0 / 479_001_600
    sum = sum * r + 1.0 / 39_916_800
    sum = sum * r + 1.0 / 3_628_800
    sum = sum * r + 1.0 / 362_880
    sum = sum * r + 1.0 / 40_320
    sum = sum * r + 1.0 / 5_040
    sum = sum * r + 1.0 / 720
    sum = sum * r + 1.0 / 120
    sum = sum * r + 1.0 / 24
    sum = sum * r + 1.0 / 6
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    // 2^k by its exponent bits: x in (-708, 0] keeps k in [-1022, 0], a normal number.
    return sum * Double(bitPattern: (shifted.bitPattern &+ 1023) << 52)
}
