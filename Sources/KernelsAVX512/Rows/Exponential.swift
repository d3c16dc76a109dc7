import CIntrinsics

/// e to the power of sixteen numbers; method, limits and error bound are the portable one's, with fused multiply-adds.
@inline(__always)
func exponential(_ x: __m512) -> __m512 {
    // In this order of operands, NaN comes through both.
    let clamped = _mm512_min_ps(_mm512_set1_ps(88.7), _mm512_max_ps(_mm512_set1_ps(-88), x))
    let rounder = _mm512_set1_ps(0x1.8p23)
    let shifted = _mm512_fmadd_ps(clamped, _mm512_set1_ps(1.442_695_04), rounder)
    let n = _mm512_sub_ps(shifted, rounder)
    var r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693_359_375), clamped)
    r = _mm512_fmadd_ps(n, _mm512_set1_ps(2.121_944_4e-4), r)
    var p = _mm512_fmadd_ps(r, _mm512_set1_ps(1 / 5_040), _mm512_set1_ps(1 / 720))
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1 / 120))
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1 / 24))
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1 / 6))
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.5))
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1))
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1))
    let exponent = _mm512_sub_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(0x4b40_0000 - 127))
    return _mm512_mul_ps(p, _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23)))
}
