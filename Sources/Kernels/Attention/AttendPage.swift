/// Takes queries over one page of a cache of floats: a step of streaming softmax.
///
/// For each lane of each head, over the slots j that it sees: `s[j] = scale · Σ q[d] · k[d][j]`, `m' = max(m, s)`,
/// `sums = sums · e^(m − m') + Σ e^(s[j] − m')`, `acc[d] = acc[d] · e^(m − m') + Σ e^(s[j] − m') · v[j][d]`
///
///     keys (headSize, 64), values (64, valueStride)    see ``AttentionPageLayout``
///     lanes                                            see ``AttentionLane``, ``AttentionState``
///
/// - Precondition: every lane sees at least one slot. Slots that no lane sees may hold anything, NaN included.
/// - Error: 4·√K·2⁻²⁴ of the sums' absolute terms, K = headSize for scores and positions for values.
/// - Threads: none; callers split by heads and rows. Every sum runs in the order of dimensions or positions, so a
///   lane's result does not depend on the other lanes.
func attendPageF32(_ call: AttentionCall) { unsafe attendPage(call, of: Float.self) }

/// As ``attendPageF32(_:)``, over a cache of binary16 numbers; sums and scores are floats.
func attendPageF16(_ call: AttentionCall) { unsafe attendPage(call, of: HalfBits.self) }

@inline(__always)
private func attendPage<Element: CacheElement>(_ call: AttentionCall, of element: Element.Type) {
    unsafe call.forEachLane { lane, call in
        let keys = unsafe call.keys.assumingMemoryBound(to: Element.self)
        let values = unsafe call.values.assumingMemoryBound(to: Element.self)
        unsafe scorePage(
            lane.query.assumingMemoryBound(to: Float.self), keys, headSize: call.headSize, into: call.scores)
        unsafe softmaxStep(lane, scores: call.scores, scale: call.scale, valueStride: call.valueStride)
        unsafe accumulate(lane, weights: call.scores, values, valueStride: call.valueStride)
    }
}

/// s[j] = Σ q[d] · k[d][j] for the 64 slots of a page, d ascending.
@inline(__always)
private func scorePage<Element: CacheElement>(
    _ query: UnsafePointer<Float>, _ keys: UnsafePointer<Element>, headSize: Int,
    into scores: UnsafeMutablePointer<Float>
) {
    for slot in stride(from: 0, to: AttentionPageLayout.positions, by: 32) {
        var (s0, s1, s2, s3) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
        var key = unsafe keys + slot
        for d in 0..<headSize {
            let q = unsafe query[d]
            s0 += unsafe Element.load8(key) * q
            s1 += unsafe Element.load8(key + 8) * q
            s2 += unsafe Element.load8(key + 16) * q
            s3 += unsafe Element.load8(key + 24) * q
            unsafe key += AttentionPageLayout.positions
        }
        unsafe scores.store8(s0, at: slot)
        unsafe scores.store8(s1, at: slot + 8)
        unsafe scores.store8(s2, at: slot + 16)
        unsafe scores.store8(s3, at: slot + 24)
    }
}

/// acc[d] += Σ w[j] · v[j][d], j ascending over the slots that the lane sees.
@inline(__always)
private func accumulate<Element: CacheElement>(
    _ lane: AttentionLane, weights: UnsafeMutablePointer<Float>, _ values: UnsafePointer<Element>, valueStride: Int
) {
    let sums = unsafe lane.state + AttentionState.accumulators
    for d in stride(from: 0, to: valueStride, by: 16) {
        var (a0, a1) = unsafe (sums.load8(at: d), sums.load8(at: d + 8))
        for slot in unsafe lane.first..<lane.end {
            let weight = unsafe weights[slot]
            let value = unsafe values + (slot * valueStride + d)
            a0 += unsafe Element.load8(value) * weight
            a1 += unsafe Element.load8(value + 8) * weight
        }
        unsafe sums.store8(a0, at: d)
        unsafe sums.store8(a1, at: d + 8)
    }
}
