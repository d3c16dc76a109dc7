import CIntrinsics
import Kernels

/// Turns unscaled scores into weights, zero where the lane sees nothing, and brings the state to the new maximum.
///
/// - Parameter slots: whole vectors, among them all that the lane sees; the others of the page are not touched, and
///   would add nothing.
func softmaxStep(
    _ lane: AttentionLane, slots: Range<Int>, scores: UnsafeMutablePointer<Float>, scale: Float, valueStride: Int
) {
    let state = unsafe lane.state
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
    let previous = unsafe state[AttentionState.maximum]
    let pageMaximum = laneMaximum(greatest)
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
