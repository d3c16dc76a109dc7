import CIntrinsics
import Kernels

/// Turns unscaled scores into weights, zero where the lane sees nothing, and brings the state to the new maximum.
///
/// The weights' eight sums are those of the narrower set: halves of a vector are added one after the other.
///
/// - Parameter slots: whole vectors, among them all that the lane sees; the others of the page are not touched, and
///   would add nothing.
@inline(__always)
func softmaxStep(
    _ lane: AttentionLane, slots: Range<Int>, scores: UnsafeMutablePointer<Float>, scale: Float, valueStride: Int
) {
    let state = unsafe lane.state
    let lowest = _mm512_set1_ps(-.infinity)
    let visible = unsafe lane.visibleSlots
    let factor = _mm512_set1_ps(scale)
    var greatest = lowest
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 16) {
        let mask = __mmask16(truncatingIfNeeded: visible &>> slot)
        let score = unsafe _mm512_mask_mul_ps(lowest, mask, _mm512_loadu_ps(scores + slot), factor)
        unsafe _mm512_storeu_ps(scores + slot, score)
        // In this order of operands, NaN is passed over: the weights will show it.
        greatest = _mm512_max_ps(score, greatest)
    }
    let previous = unsafe state[AttentionState.maximum]
    let pageMaximum = _mm512_reduce_max_ps(greatest)
    let maximum = pageMaximum > previous ? pageMaximum : previous
    let shift = _mm512_set1_ps(maximum)
    var sum = _mm256_setzero_ps()
    for slot in stride(from: slots.lowerBound, to: slots.upperBound, by: 16) {
        let weight = exponential(unsafe _mm512_sub_ps(_mm512_loadu_ps(scores + slot), shift))
        unsafe _mm512_storeu_ps(scores + slot, weight)
        sum = _mm256_add_ps(_mm256_add_ps(sum, weight.lowHalf), weight.highHalf)
    }
    let sums = unsafe state + AttentionState.sums
    if maximum > previous {
        let correction = exponential(_mm512_set1_ps(previous - maximum))
        unsafe state[AttentionState.maximum] = maximum
        sum = unsafe _mm256_fmadd_ps(_mm256_loadu_ps(sums), correction.lowHalf, sum)
        let accumulators = unsafe state + AttentionState.accumulators
        for d in stride(from: 0, to: valueStride, by: 16) {
            unsafe _mm512_storeu_ps(accumulators + d, _mm512_mul_ps(_mm512_loadu_ps(accumulators + d), correction))
        }
    } else {
        sum = unsafe _mm256_add_ps(_mm256_loadu_ps(sums), sum)
    }
    unsafe _mm256_storeu_ps(sums, sum)
}
