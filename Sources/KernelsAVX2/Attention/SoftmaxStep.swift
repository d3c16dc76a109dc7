import CIntrinsics
import Kernels

/// Turns unscaled scores into weights, zero where a lane sees nothing, and brings the states to the new maximum, for so many lanes
/// of a pass; each lane's scores stand 64 after the last one's.
///
/// Step by step for all lanes: each waits for its greatest score, and the processor looks no further ahead than one lane.
///
/// - Parameters:
///   - slots: whole vectors, among them all that the lanes see; the others of the page are not touched, and would add nothing.
///   - scales: the factor of each lane's scores.
@inline(__always)
func softmaxStep<let lanes: Int>(
    _ call: AttentionCall, _ pass: LanePass, slots: Range<Int>, scales: InlineArray<lanes, Float>
) {
    let page = AttentionPageLayout.positions
    var maximums = InlineArray<lanes, Float>(repeating: 0)
    for i in 0..<lanes {
        maximums[i] = unsafe maskScores(pass[i], slots: slots, scores: call.scores + i &* page, scale: scales[i])
    }
    for i in 0..<lanes {
        unsafe weighScores(
            pass[i], slots: slots, scores: call.scores + i &* page, maximum: maximums[i],
            valueStride: call.valueStride)
    }
}

/// Scales scores, and makes them −∞ where the lane sees nothing.
///
/// - Returns: the greatest.
@inline(__always)
private func maskScores(
    _ lane: AttentionLane, slots: Range<Int>, scores: UnsafeMutablePointer<Float>, scale: Float
) -> Float {
    let lowest = _mm256_set1_ps(-.infinity)
    // Visible: first − 1 < slot < end.
    let before = unsafe _mm256_set1_epi32(Int32(truncatingIfNeeded: lane.first) - 1)
    let end = unsafe _mm256_set1_epi32(Int32(truncatingIfNeeded: lane.end))
    var numbers = _mm256_add_epi32(
        _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(Int32(truncatingIfNeeded: slots.lowerBound)))
    let factor = _mm256_set1_ps(scale)
    var greatest = lowest
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 8) {
        let visible = _mm256_and_si256(_mm256_cmpgt_epi32(numbers, before), _mm256_cmpgt_epi32(end, numbers))
        let scaled = unsafe _mm256_mul_ps(_mm256_loadu_ps(scores + slot), factor)
        let score = _mm256_blendv_ps(lowest, scaled, _mm256_castsi256_ps(visible))
        unsafe _mm256_storeu_ps(scores + slot, score)
        greatest = _mm256_max_ps(score, greatest)
        numbers = _mm256_add_epi32(numbers, _mm256_set1_epi32(8))
    }
    return laneMaximum(greatest)
}

/// Turns scaled scores into weights, and brings the state to the new maximum.
@inline(__always)
private func weighScores(
    _ lane: AttentionLane, slots: Range<Int>, scores: UnsafeMutablePointer<Float>, maximum pageMaximum: Float,
    valueStride: Int
) {
    let state = unsafe lane.state
    let previous = unsafe state[AttentionState.maximum]
    let maximum = pageMaximum > previous ? pageMaximum : previous
    let shift = _mm256_set1_ps(maximum)
    var sum = _mm256_setzero_ps()
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 8) {
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
