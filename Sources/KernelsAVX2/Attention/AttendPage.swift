import CIntrinsics
import Kernels

/// Takes queries over one page of a cache of floats; the contract is the portable one's, with fused multiply-adds.
///
/// Lanes go four at a time, then singly. A lane's every sum is one chain in the order of dimensions or positions
/// with either, so both give the same bits.
func attendPageF32(_ call: AttentionCall) { unsafe attendPage(call, of: SingleElement.self) }

/// As ``attendPageF32(_:)``, over a cache of binary16 numbers; sums and scores are floats.
func attendPageF16(_ call: AttentionCall) { unsafe attendPage(call, of: HalfElement.self) }

@inline(__always)
private func attendPage<Element: CacheElement>(_ call: AttentionCall, of element: Element.Type) {
    let keys = unsafe call.keys.assumingMemoryBound(to: Element.self)
    let values = unsafe call.values.assumingMemoryBound(to: Element.self)
    let (scores, headSize, valueStride) = unsafe (call.scores, call.headSize, call.valueStride)
    let page = AttentionPageLayout.positions
    let laneCount = unsafe call.laneCount
    var index = 0
    while index + 4 <= laneCount {
        let lanes = unsafe call.lanes + index
        unsafe scorePage4(lanes, keys, headSize: headSize, into: scores)
        for i in 0..<4 {
            unsafe softmaxStep(lanes[i], scores: scores + i * page, scale: call.scale, valueStride: valueStride)
        }
        unsafe accumulate4(lanes, weights: scores, values, valueStride: valueStride)
        index += 4
    }
    while index < laneCount {
        let lane = unsafe call.lanes[index]
        unsafe scorePage(lane.query, keys, headSize: headSize, into: scores)
        unsafe softmaxStep(lane, scores: scores, scale: call.scale, valueStride: valueStride)
        unsafe accumulate(lane, slots: lane.first..<lane.end, weights: scores, values, valueStride: valueStride)
        index += 1
    }
}

/// Turns a page of unscaled scores into weights, zero where the lane sees nothing, and brings the state to the new
/// maximum.
private func softmaxStep(
    _ lane: AttentionLane, scores: UnsafeMutablePointer<Float>, scale: Float, valueStride: Int
) {
    let state = unsafe lane.state
    let lowest = _mm256_set1_ps(-.infinity)
    // Visible: first − 1 < slot < end.
    let before = unsafe _mm256_set1_epi32(Int32(truncatingIfNeeded: lane.first) - 1)
    let end = unsafe _mm256_set1_epi32(Int32(truncatingIfNeeded: lane.end))
    var slots = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)
    let factor = _mm256_set1_ps(scale)
    var greatest = lowest
    for slot in stride(from: 0, to: AttentionPageLayout.positions, by: 8) {
        let visible = _mm256_and_si256(_mm256_cmpgt_epi32(slots, before), _mm256_cmpgt_epi32(end, slots))
        let scaled = unsafe _mm256_mul_ps(_mm256_loadu_ps(scores + slot), factor)
        let score = _mm256_blendv_ps(lowest, scaled, _mm256_castsi256_ps(visible))
        unsafe _mm256_storeu_ps(scores + slot, score)
        greatest = _mm256_max_ps(score, greatest)
        slots = _mm256_add_epi32(slots, _mm256_set1_epi32(8))
    }
    let previous = unsafe state[AttentionState.maximum]
    let pageMaximum = laneMaximum(greatest)
    let maximum = pageMaximum > previous ? pageMaximum : previous
    let shift = _mm256_set1_ps(maximum)
    var sum = _mm256_setzero_ps()
    for slot in stride(from: 0, to: AttentionPageLayout.positions, by: 8) {
        let weight = exponential(unsafe _mm256_sub_ps(_mm256_loadu_ps(scores + slot), shift))
        unsafe _mm256_storeu_ps(scores + slot, weight)
        sum = _mm256_add_ps(sum, weight)
    }
    let sums = unsafe state + AttentionState.sums
    if maximum > previous {
        let correction = exponential(_mm256_set1_ps(previous - maximum))
        unsafe state[AttentionState.maximum] = maximum
        sum = unsafe _mm256_fmadd_ps(_mm256_loadu_ps(sums), correction, sum)
        let accumulators = unsafe state + AttentionState.accumulators
        for d in stride(from: 0, to: valueStride, by: 8) {
            unsafe _mm256_storeu_ps(accumulators + d, _mm256_mul_ps(_mm256_loadu_ps(accumulators + d), correction))
        }
    } else {
        sum = unsafe _mm256_add_ps(_mm256_loadu_ps(sums), sum)
    }
    unsafe _mm256_storeu_ps(sums, sum)
}
