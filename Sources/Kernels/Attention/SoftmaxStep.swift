/// Turns a page of unscaled scores into weights, zero where the lane sees nothing, and brings the state to the new
/// maximum.
func softmaxStep(
    _ lane: AttentionLane, scores: UnsafeMutablePointer<Float>, scale: Float, valueStride: Int
) {
    let state = unsafe lane.state
    let (first, end) = unsafe (Int32(lane.first), Int32(lane.end))
    let lanes = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)
    var greatest = SIMD8<Float>(repeating: -.infinity)
    for slot in stride(from: 0, to: AttentionPageLayout.positions, by: 8) {
        let slots = lanes &+ Int32(slot)
        let hidden = (slots .< first) .| (slots .>= end)
        let score = (unsafe scores.load8(at: slot) * scale).replacing(with: -.infinity, where: hidden)
        unsafe scores.store8(score, at: slot)
        greatest = greatest.greater(than: score)
    }
    let previous = unsafe state[AttentionState.maximum]
    let maximum = max(previous, greatest.laneMaximum)
    var sum = SIMD8<Float>.zero
    for slot in stride(from: 0, to: AttentionPageLayout.positions, by: 8) {
        let weight = exponential(unsafe scores.load8(at: slot) - maximum)
        unsafe scores.store8(weight, at: slot)
        sum += weight
    }
    if maximum > previous {
        let correction = exponential(SIMD8(repeating: previous - maximum))[0]
        unsafe state[AttentionState.maximum] = maximum
        sum += unsafe state.load8(at: AttentionState.sums) * correction
        for d in stride(from: AttentionState.accumulators, to: AttentionState.accumulators + valueStride, by: 8) {
            unsafe state.store8(state.load8(at: d) * correction, at: d)
        }
    } else {
        sum += unsafe state.load8(at: AttentionState.sums)
    }
    unsafe state.store8(sum, at: AttentionState.sums)
}
