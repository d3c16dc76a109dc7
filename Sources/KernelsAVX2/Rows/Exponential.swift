import CIntrinsics

/// e to the power of eight numbers; method, limits and error bound are the portable one's, with fused multiply-adds.
@inline(__always)
func exponential(_ x: __m256) -> __m256 {
    // In this order of operands, NaN comes through both.
    let clamped = _mm256_min_ps(_mm256_set1_ps(88.7), _mm256_max_ps(_mm256_set1_ps(-88), x))
    let rounder = _mm256_set1_ps(0x1.8p23)
    let shifted = _mm256_fmadd_ps(clamped, _mm256_set1_ps(1.442_695_04), rounder)
    let n = _mm256_sub_ps(shifted, rounder)
    var r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693_359_375), clamped)
    r = _mm256_fmadd_ps(n, _mm256_set1_ps(2.121_944_4e-4), r)
    var p = _mm256_fmadd_ps(r, _mm256_set1_ps(1 / 5_040), _mm256_set1_ps(1 / 720))
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1 / 120))
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1 / 24))
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1 / 6))
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0.5))
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1))
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1))
    let exponent = _mm256_sub_epi32(_mm256_castps_si256(shifted), _mm256_set1_epi32(0x4b40_0000 - 127))
    return _mm256_mul_ps(p, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)))
}
