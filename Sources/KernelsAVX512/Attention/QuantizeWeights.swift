import CIntrinsics
import Kernels

/// Quantises the weights of a page times the scales of a block of values; the contract is the portable one's.
///
/// - Parameter slots: whole vectors, among them all with a weight.
/// - Returns: sᵘ, and −128 · Σ c.
@inline(__always)
func quantizeWeights(
    _ weights: UnsafePointer<Float>, scales: UnsafeRawPointer, slots: Range<Int>,
    into coefficients: UnsafeMutablePointer<Int16>
) -> (scale: Float, bias: Int32) {
    // Never negative, so as integers they order like floats, and NaN stands above infinity.
    var largest = _mm512_setzero_si512()
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 16) {
        largest = _mm512_max_epi32(largest, _mm512_castps_si512(unsafe product(weights, scales, at: slot)))
    }
    let scale = CoefficientScale(magnitude: Float(bitPattern: UInt32(bitPattern: _mm512_reduce_max_epi32(largest))))
    // What a scale of NaN belongs to must not reach the sums: its product with 0 is no number.
    let kept: __mmask16 = scale.isEmpty ? 0 : .max
    let inverse = _mm512_set1_ps(scale.inverse)
    // Of every four the order is 0 2 1 3.
    let order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15))
    var total = _mm512_setzero_si512()
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 16) {
        let c = _mm512_cvtps_epi32(_mm512_maskz_mul_ps(kept, unsafe product(weights, scales, at: slot), inverse))
        total = _mm512_add_epi32(total, c)
        unsafe _mm256_storeu_si256(
            UnsafeMutableRawPointer(coefficients + slot).assumingMemoryBound(to: __m256i.self),
            _mm256_shuffle_epi8(_mm512_cvtepi32_epi16(c), order))
    }
    return (scale.value, 0 &- QuantizedPage.bias &* _mm512_reduce_add_epi32(total))
}

/// Weights times scales, 0 where there is no weight: hidden slots may have a scale of NaN. (A weight of NaN shows in the
/// weights' sum.)
@inline(__always)
private func product(_ weights: UnsafePointer<Float>, _ scales: UnsafeRawPointer, at slot: Int) -> __m512 {
    let weight = unsafe _mm512_loadu_ps(weights + slot)
    let positive = _mm512_max_epi32(_mm512_castps_si512(weight), _mm512_setzero_si512())
    let isWeight = _mm512_test_epi32_mask(positive, positive)
    return unsafe _mm512_maskz_mul_ps(isWeight, weight, loadScales(scales, at: slot))
}

/// Sixteen scales of a block, from that of `slot` on.
@inline(__always)
func loadScales(_ block: UnsafeRawPointer, at slot: Int) -> __m512 {
    unsafe HalfElement.load16((block + 2 &* slot).assumingMemoryBound(to: HalfElement.self))
}
