import CIntrinsics

/// Rotary position embedding of one head, in place; the contract is the portable one's, with one rounding less.
func rotate(
    _ head: UnsafeMutablePointer<Float>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>, half: Int
) {
    var i = 0
    while i + 8 <= half {
        let (a, b) = unsafe (_mm256_loadu_ps(head + i), _mm256_loadu_ps(head + i + half))
        let (c, s) = unsafe (_mm256_loadu_ps(cosines + i), _mm256_loadu_ps(sines + i))
        let (first, second) = rotated(a, b, c, s)
        unsafe _mm256_storeu_ps(head + i, first)
        unsafe _mm256_storeu_ps(head + i + half, second)
        i += 8
    }
    let rest = half - i
    if rest > 0 {
        let (a, b) = unsafe (load8(head + i, count: rest), load8(head + i + half, count: rest))
        let (c, s) = unsafe (load8(cosines + i, count: rest), load8(sines + i, count: rest))
        let (first, second) = rotated(a, b, c, s)
        unsafe store8(first, head + i, count: rest)
        unsafe store8(second, head + i + half, count: rest)
    }
}

@inline(__always)
private func rotated(_ a: __m256, _ b: __m256, _ cosine: __m256, _ sine: __m256) -> (__m256, __m256) {
    (
        _mm256_fmsub_ps(a, cosine, _mm256_mul_ps(b, sine)),
        _mm256_fmadd_ps(b, cosine, _mm256_mul_ps(a, sine))
    )
}
