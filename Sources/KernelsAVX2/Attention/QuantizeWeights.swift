import CIntrinsics
import Kernels

/// Quantises the weights of a page times the scales of a block of values, for every lane of a pass; the contract is the portable
/// one's.
///
/// Step by step for all lanes, as ``softmaxStep(_:_:slots:scales:)`` does: each waits for its largest product, and for a division.
///
/// - Parameter terms: gets the coefficients and, as what sums start with, −128 · Σ c.
/// - Returns: sᵘ of each lane.
@inline(__always)
func quantizeWeights<let lanes: Int>(
    _ call: AttentionCall, _ blocks: QuantizedBlocks<lanes>, into terms: inout QuadTerms<lanes>
) -> InlineArray<lanes, Float> {
    let page = AttentionPageLayout.positions
    // Behind the scores of four lanes there is room for those of as many.
    let products = unsafe call.scores + 4 &* page
    let coefficients = unsafe UnsafeMutableRawPointer(call.scores + AttentionCall.lanesPerPass &* page)
        .assumingMemoryBound(to: Int16.self)
    var largest = InlineArray<lanes, __m128i>(repeating: _mm_setzero_si128())
    for i in 0..<lanes {
        largest[i] = unsafe scaleWeights(
            call.scores + i &* page, scales: blocks.bytes[i], into: products + i &* page)
    }
    var scales = InlineArray<lanes, CoefficientScale>(repeating: CoefficientScale(magnitude: 0))
    for i in 0..<lanes {
        scales[i] = CoefficientScale(magnitude: Float(bitPattern: UInt32(bitPattern: maximum(largest[i]))))
    }
    var values = InlineArray<lanes, Float>(repeating: 0)
    for i in 0..<lanes {
        let own = unsafe coefficients + i &* page
        unsafe terms.coefficients[i] = unsafe UnsafePointer(own)
        unsafe terms.initial[i] = unsafe quantizeProducts(products + i &* page, scales[i], into: own)
        values[i] = scales[i].value
    }
    return values
}

/// Weights times scales.
///
/// - Returns: the largest products, as integers: never negative, they order like floats, and NaN stands above infinity.
@inline(__always)
private func scaleWeights(
    _ weights: UnsafePointer<Float>, scales: UnsafeRawPointer, into products: UnsafeMutablePointer<Float>
) -> __m128i {
    var largest = _mm256_setzero_si256()
    for v in 0..<8 {
        let product = unsafe product(weights, scales, at: 8 &* v)
        unsafe _mm256_storeu_ps(products + 8 &* v, product)
        largest = _mm256_max_epi32(largest, _mm256_castps_si256(product))
    }
    return _mm_max_epi32(largest.lowHalf, largest.highHalf)
}

/// - Returns: −128 · Σ c.
@inline(__always)
private func quantizeProducts(
    _ products: UnsafePointer<Float>, _ scale: CoefficientScale, into coefficients: UnsafeMutablePointer<Int16>
) -> Int32 {
    // What a scale of NaN belongs to must not reach the sums: its product with 0 is no number.
    let kept = _mm256_castsi256_ps(_mm256_set1_epi32(scale.isEmpty ? 0 : -1))
    let inverse = _mm256_set1_ps(scale.inverse)
    // Two vectors are packed half by half; within a quad the order is 0 2 1 3.
    let halves = _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7)
    let quad = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15))
    var total = _mm256_setzero_si256()
    for slot in stride(from: 0, to: AttentionPageLayout.positions, by: 16) {
        let (first, second) = unsafe (_mm256_loadu_ps(products + slot), _mm256_loadu_ps(products + (slot &+ 8)))
        let low = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_and_ps(first, kept), inverse))
        let high = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_and_ps(second, kept), inverse))
        total = _mm256_add_epi32(total, _mm256_add_epi32(low, high))
        let words = _mm256_permutevar8x32_epi32(_mm256_packs_epi32(low, high), halves)
        unsafe _mm256_storeu_si256(
            UnsafeMutableRawPointer(coefficients + slot).assumingMemoryBound(to: __m256i.self),
            _mm256_shuffle_epi8(words, quad))
    }
    return 0 &- QuantizedPage.bias &* sum(total)
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

/// The largest of four integers.
@inline(__always)
private func maximum(_ four: __m128i) -> Int32 {
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
