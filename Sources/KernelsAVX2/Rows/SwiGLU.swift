import CIntrinsics

/// The gated activation of a feed-forward layer; the contract is the portable one's.
func swiGLU(
    into destination: UnsafeMutablePointer<Float>, gate: UnsafePointer<Float>, up: UnsafePointer<Float>, count: Int
) {
    var i = 0
    while i + 8 <= count {
        let result = unsafe _mm256_mul_ps(silu(_mm256_loadu_ps(gate + i)), _mm256_loadu_ps(up + i))
        unsafe _mm256_storeu_ps(destination + i, result)
        i += 8
    }
    let rest = count - i
    if rest > 0 {
        let result = unsafe _mm256_mul_ps(silu(load8(gate + i, count: rest)), load8(up + i, count: rest))
        unsafe store8(result, destination + i, count: rest)
    }
}

/// x · sigmoid(x)
@inline(__always)
private func silu(_ x: __m256) -> __m256 {
    let negative = _mm256_sub_ps(_mm256_setzero_ps(), x)
    return _mm256_div_ps(x, _mm256_add_ps(_mm256_set1_ps(1), exponential(negative)))
}
