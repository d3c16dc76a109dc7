import CIntrinsics
import Kernels

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

/// Writes the products of groups read side by side, `run` groups from one to the next, with the tokens from `first` on.
@unsafe @inline(__always)
func storeStreams<let streams: Int, let tokens: Int>(
    _ products: InlineArray<streams, InlineArray<tokens, __m256>>, of call: TileCall, group: Int, run: Int,
    first: Int = 0
) {
    for s in 0..<streams {
        let row = 8 &* (group &+ s &* run)
        for t in 0..<tokens {
            unsafe storeTile(
                products[s][t], to: call.output + (first + t) * call.outputStride + row, rows: call.rows - row,
                accumulates: call.accumulates)
        }
    }
}

/// Writes the products of a pair of groups, of which the second may not exist.
@unsafe @inline(__always)
func storePair<let tokens: Int>(
    _ products: InlineArray<tokens, __m256>, _ others: InlineArray<tokens, __m256>, of call: TileCall, group: Int
) {
    for t in 0..<tokens {
        let output = unsafe call.output + t * call.outputStride + 8 * group
        let rows = unsafe call.rows - 8 * group
        unsafe storeTile(products[t], to: output, rows: rows, accumulates: call.accumulates)
        if rows > 8 { unsafe storeTile(others[t], to: output + 8, rows: rows - 8, accumulates: call.accumulates) }
    }
}
