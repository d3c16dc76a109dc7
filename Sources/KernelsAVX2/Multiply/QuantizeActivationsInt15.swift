import CIntrinsics
import Kernels

/// Quantises a row of activations to 15-bit integers with a scale for every 64; the contract is the portable one's.
///
/// - Error: the same bits as the portable kernel gives.
@unsafe func quantizeActivationsInt15(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer, blockStride: Int
) {
    for block in 0..<(count + 63) / 64 {
        let start = unsafe source + 64 * block
        let left = count - 64 * block
        let low = unsafe Block(start, count: left)
        let high = unsafe Block(start + 32, count: left - 32)
        var (scale, inverse) = Block.scale(
            _mm256_max_epi32(low.magnitudes, high.magnitudes), largest: WordBlock.largest)
        var q = words(low, high, inverse)
        let squares = sum64(squareSums(q))
        if squares > WordBlock.largestSquares {
            (scale, inverse) = WordBlock.fitted(scale, inverse, squares: squares)
            q = words(low, high, inverse)
        }
        let out = unsafe destination + block * blockStride
        unsafe out.storeBytes(of: scale, as: Float.self)
        unsafe out.storeBytes(
            of: Int32(truncatingIfNeeded: 0 &- sum64(crossSums(q))), toByteOffset: 4, as: Int32.self)
        unsafe out.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
        let integers = unsafe (out + ActivationBlock.header).assumingMemoryBound(to: __m256i.self)
        unsafe _mm256_storeu_si256(integers, q.0)
        unsafe _mm256_storeu_si256(integers + 1, q.1)
        unsafe _mm256_storeu_si256(integers + 2, q.2)
        unsafe _mm256_storeu_si256(integers + 3, q.3)
    }
}

private typealias Words = (__m256i, __m256i, __m256i, __m256i)

/// The values times a factor, in order.
@inline(__always)
private func words(_ low: Block, _ high: Block, _ factor: Float) -> Words {
    // Packing works within 128-bit halves; the permutation puts the columns back in order.
    let order = _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7)
    let (p, q) = (low.rounded(factor), high.rounded(factor))
    return (
        _mm256_permutevar8x32_epi32(_mm256_packs_epi32(p.0, p.1), order),
        _mm256_permutevar8x32_epi32(_mm256_packs_epi32(p.2, p.3), order),
        _mm256_permutevar8x32_epi32(_mm256_packs_epi32(q.0, q.1), order),
        _mm256_permutevar8x32_epi32(_mm256_packs_epi32(q.2, q.3), order)
    )
}

/// Squares in eight lanes: eight of them to a lane stay below 2³¹.
@inline(__always)
private func squareSums(_ q: Words) -> __m256i {
    _mm256_add_epi32(
        _mm256_add_epi32(_mm256_madd_epi16(q.0, q.0), _mm256_madd_epi16(q.1, q.1)),
        _mm256_add_epi32(_mm256_madd_epi16(q.2, q.2), _mm256_madd_epi16(q.3, q.3)))
}

/// q₀q₂ + q₁q₃ of every four columns, in the even lanes; zeros in the odd ones.
@inline(__always)
private func crossSums(_ q: Words) -> __m256i {
    _mm256_add_epi32(
        _mm256_add_epi32(crossProducts(q.0), crossProducts(q.1)),
        _mm256_add_epi32(crossProducts(q.2), crossProducts(q.3)))
}

@inline(__always)
private func crossProducts(_ q: __m256i) -> __m256i { _mm256_madd_epi16(q, _mm256_srli_epi64(q, 32)) }

/// The sum of eight integers.
@inline(__always)
private func sum64(_ v: __m256i) -> Int64 {
    let turned = _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(4, 5, 6, 7, 0, 1, 2, 3))
    let four = _mm256_add_epi64(
        _mm256_cvtepi32_epi64(_mm256_castsi256_si128(v)), _mm256_cvtepi32_epi64(_mm256_castsi256_si128(turned)))
    return four[0] &+ four[1] &+ four[2] &+ four[3]
}
