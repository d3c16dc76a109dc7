/// The state of a query that has seen no page yet: `m = −∞`, all sums 0.
func beginAttention(_ state: UnsafeMutablePointer<Float>, valueStride: Int) {
    let zero = SIMD8<Float>.zero
    unsafe state.store8(SIMD8(repeating: -.infinity), at: AttentionState.maximum)
    unsafe state.store8(zero, at: AttentionState.sums)
    for d in stride(from: AttentionState.accumulators, to: AttentionState.accumulators + valueStride, by: 8) {
        unsafe state.store8(zero, at: d)
    }
}

/// The result of a query that has seen all its pages: `y[d] = acc[d] / Σ sums`.
///
///     state         see ``AttentionState``
///     destination   headSize floats, any alignment
///
/// - Precondition: the query has seen at least one position.
/// - Error: one rounding; the order of the sum is fixed.
/// - Threads: none; callers split by heads and rows.
func finishAttention(
    _ state: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Float>, headSize: Int
) {
    let sum = unsafe state.load8(at: AttentionState.sums).laneSum
    for d in 0..<headSize { unsafe destination[d] = state[AttentionState.accumulators + d] / sum }
}
