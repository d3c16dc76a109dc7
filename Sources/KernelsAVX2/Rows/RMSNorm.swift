import CIntrinsics

/// Root-mean-square normalisation of a row; the contract is the portable one's, with fused multiply-adds in the sum.
func rmsNorm(
    into destination: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    epsilon: Float, count: Int
) {
    // 8 vectors in flight would hide a fused multiply-add's latency; 4 keep up with the loads from the second cache.
    var (s0, s1, s2, s3) = (_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps())
    var i = 0
    while i + 32 <= count {
        let (a, b) = unsafe (_mm256_loadu_ps(source + i), _mm256_loadu_ps(source + i + 8))
        let (c, d) = unsafe (_mm256_loadu_ps(source + i + 16), _mm256_loadu_ps(source + i + 24))
        s0 = _mm256_fmadd_ps(a, a, s0)
        s1 = _mm256_fmadd_ps(b, b, s1)
        s2 = _mm256_fmadd_ps(c, c, s2)
        s3 = _mm256_fmadd_ps(d, d, s3)
        i += 32
    }
    while i + 8 <= count {
        let a = unsafe _mm256_loadu_ps(source + i)
        s0 = _mm256_fmadd_ps(a, a, s0)
        i += 8
    }
    let rest = unsafe load8(source + i, count: count - i)
    s1 = _mm256_fmadd_ps(rest, rest, s1)
    let sum = laneSum(_mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)))
    let scale = 1 / (sum / Float(count) + epsilon).squareRoot()

    let factor = _mm256_set1_ps(scale)
    i = 0
    while i + 8 <= count {
        let normed = unsafe _mm256_mul_ps(_mm256_loadu_ps(source + i), factor)
        unsafe _mm256_storeu_ps(destination + i, _mm256_mul_ps(normed, _mm256_loadu_ps(weight + i)))
        i += 8
    }
    while i < count {
        unsafe destination[i] = source[i] * scale * weight[i]
        i += 1
    }
}
