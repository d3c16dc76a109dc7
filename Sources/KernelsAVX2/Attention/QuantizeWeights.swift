import CIntrinsics
import Kernels

/// Quantises the weights of a page times the scales of a block of values; the contract is the portable one's.
///
/// - Returns: sᵘ, and −128 · Σ c.
@inline(__always)
func quantizeWeights(
    _ weights: UnsafePointer<Float>, scales: UnsafeRawPointer, slots: Range<Int>,
    into coefficients: UnsafeMutablePointer<Int16>
) -> (scale: Float, bias: Int32) {
    // Never negative, so as integers they order like floats, and NaN stands above infinity.
    var largest = _mm256_setzero_si256()
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 8) {
        largest = _mm256_max_epi32(largest, _mm256_castps_si256(unsafe product(weights, scales, at: slot)))
    }
    let scale = CoefficientScale(magnitude: Float(bitPattern: UInt32(bitPattern: maximum(largest))))
    // What a scale of NaN belongs to must not reach the sums: its product with 0 is no number.
    let kept = _mm256_castsi256_ps(_mm256_set1_epi32(scale.isEmpty ? 0 : -1))
    let inverse = _mm256_set1_ps(scale.inverse)
    var total = _mm256_setzero_si256()
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 8) {
        let u = _mm256_and_ps(unsafe product(weights, scales, at: slot), kept)
        let c = _mm256_cvtps_epi32(_mm256_mul_ps(u, inverse))
        total = _mm256_add_epi32(total, c)
        let words = _mm_packs_epi32(c.lowHalf, c.highHalf)
        let order = _mm_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15)
        unsafe _mm_storeu_si128(
            UnsafeMutableRawPointer(coefficients + slot).assumingMemoryBound(to: __m128i.self),
            _mm_shuffle_epi8(words, order))
    }
    return (scale.value, 0 &- QuantizedPage.bias &* sum(total))
}

/// Weights times scales, 0 where there is no weight: hidden slots may have a scale of NaN. (A weight of NaN shows in the
/// weights' sum.)
@inline(__always)
private func product(_ weights: UnsafePointer<Float>, _ scales: UnsafeRawPointer, at slot: Int) -> __m256 {
    let weight = unsafe _mm256_loadu_ps(weights + slot)
    let isWeight = _mm256_cmpgt_epi32(_mm256_castps_si256(weight), _mm256_setzero_si256())
    return _mm256_and_ps(_mm256_mul_ps(weight, unsafe loadScales(scales, at: slot)), _mm256_castsi256_ps(isWeight))
}

/// Eight scales of a block, from that of `slot` on.
@inline(__always)
func loadScales(_ block: UnsafeRawPointer, at slot: Int) -> __m256 {
    unsafe HalfElement.load8((block + 2 &* slot).assumingMemoryBound(to: HalfElement.self))
}

/// The largest of eight integers.
@inline(__always)
private func maximum(_ v: __m256i) -> Int32 {
    let four = _mm_max_epi32(v.lowHalf, v.highHalf)
    let two = _mm_max_epi32(four, _mm_unpackhi_epi64(four, four))
    return _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_srli_epi64(two, 32)))
}

/// The sum of eight integers.
@inline(__always)
private func sum(_ v: __m256i) -> Int32 {
    let four = _mm_add_epi32(v.lowHalf, v.highHalf)
    let two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four))
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_srli_epi64(two, 32)))
}
