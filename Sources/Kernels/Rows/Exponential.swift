/// e to the power of eight numbers.
///
/// `exp(x) = 2ⁿ · exp(r)`, n = round(x / ln 2), r = x − n ln 2 in two steps (|r| ≤ ln 2 / 2), exp(r) by its Taylor
/// polynomial: after r⁷/7! the rest is below 6e-9, a tenth of a float's rounding.
///
/// - Error: at most 2 ulp while the result is a normal float. Exactly 0 below −87.7, so e^−∞ = 0; +∞ from 88.38 on,
///   a little before a float overflows; NaN stays NaN.
@inline(__always)
func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Beyond these, n is −127 or 128, whose exponent bits are those of 0 and of ∞.
    let lowest: Float = -88
    let highest: Float = 88.7
    var clamped = x.replacing(with: lowest, where: x .< lowest)
    clamped.replace(with: highest, where: clamped .> highest)
    // Adding 1.5 · 2²³ leaves the nearest integer in the last bits of the sum.
    let rounder: Float = 0x1.8p23
    let shifted = clamped * 1.442_695_04 + rounder
    let n = shifted - rounder
    // The first part of ln 2 has few bits, so that its product with n is exact.
    let r = (clamped - n * 0.693_359_375) + n * 2.121_944_4e-4
    var p = r * (1 / 5_040) + (1 / 720)
    p = p * r + (1 / 120)
    p = p * r + (1 / 24)
    p = p * r + (1 / 6)
    p = p * r + 0.5
    p = p * r + 1
    p = p * r + 1
    let exponent = unsafe unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- (0x4b40_0000 - 127)
    return p * (unsafe unsafeBitCast(exponent &<< 23, to: SIMD8<Float>.self))
}
