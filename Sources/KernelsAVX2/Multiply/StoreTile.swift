import CIntrinsics

/// Writes the products of one group and token, or adds them to what is there.
///
/// - Parameter rows: rows of the group that exist, at least one; 8 or more for a whole group.
@unsafe @inline(__always)
func storeTile(_ products: __m256, to output: UnsafeMutablePointer<Float>, rows: Int, accumulates: Bool) {
    if rows >= 8 {
        let result = accumulates ? unsafe _mm256_add_ps(_mm256_loadu_ps(output), products) : products
        unsafe _mm256_storeu_ps(output, result)
    } else {
        let mask = _mm256_cmpgt_epi32(
            _mm256_set1_epi32(Int32(truncatingIfNeeded: rows)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
        let result = accumulates ? unsafe _mm256_add_ps(_mm256_maskload_ps(output, mask), products) : products
        unsafe _mm256_maskstore_ps(output, mask, result)
    }
}
