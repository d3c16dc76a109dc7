import CIntrinsics
import Kernels

/// acc[d] += Σ w[j] · v[j][d], j ascending over the given slots.
///
/// 64 dimensions at a time, eight chains; what is left over in pieces of 16, two chains.
@inline(__always)
func accumulate<Element: CacheElement>(
    _ lane: AttentionLane, slots: Range<Int>, weights: UnsafePointer<Float>, _ values: UnsafePointer<Element>,
    valueStride: Int
) {
    guard !slots.isEmpty else { return }
    let sums = unsafe lane.state + AttentionState.accumulators
    let firstValue = unsafe values + slots.lowerBound * valueStride
    var d = 0
    while d + 64 <= valueStride {
        let sum = unsafe sums + d
        var (a0, a1) = unsafe (_mm256_loadu_ps(sum), _mm256_loadu_ps(sum + 8))
        var (a2, a3) = unsafe (_mm256_loadu_ps(sum + 16), _mm256_loadu_ps(sum + 24))
        var (a4, a5) = unsafe (_mm256_loadu_ps(sum + 32), _mm256_loadu_ps(sum + 40))
        var (a6, a7) = unsafe (_mm256_loadu_ps(sum + 48), _mm256_loadu_ps(sum + 56))
        var value = unsafe firstValue + d
        for slot in slots {
            let weight = unsafe _mm256_broadcast_ss(weights + slot)
            a0 = unsafe _mm256_fmadd_ps(Element.load8(value), weight, a0)
            a1 = unsafe _mm256_fmadd_ps(Element.load8(value + 8), weight, a1)
            a2 = unsafe _mm256_fmadd_ps(Element.load8(value + 16), weight, a2)
            a3 = unsafe _mm256_fmadd_ps(Element.load8(value + 24), weight, a3)
            a4 = unsafe _mm256_fmadd_ps(Element.load8(value + 32), weight, a4)
            a5 = unsafe _mm256_fmadd_ps(Element.load8(value + 40), weight, a5)
            a6 = unsafe _mm256_fmadd_ps(Element.load8(value + 48), weight, a6)
            a7 = unsafe _mm256_fmadd_ps(Element.load8(value + 56), weight, a7)
            unsafe value += valueStride
        }
        unsafe _mm256_storeu_ps(sum, a0)
        unsafe _mm256_storeu_ps(sum + 8, a1)
        unsafe _mm256_storeu_ps(sum + 16, a2)
        unsafe _mm256_storeu_ps(sum + 24, a3)
        unsafe _mm256_storeu_ps(sum + 32, a4)
        unsafe _mm256_storeu_ps(sum + 40, a5)
        unsafe _mm256_storeu_ps(sum + 48, a6)
        unsafe _mm256_storeu_ps(sum + 56, a7)
        d += 64
    }
    while d < valueStride {
        let sum = unsafe sums + d
        var (a0, a1) = unsafe (_mm256_loadu_ps(sum), _mm256_loadu_ps(sum + 8))
        var value = unsafe firstValue + d
        for slot in slots {
            let weight = unsafe _mm256_broadcast_ss(weights + slot)
            a0 = unsafe _mm256_fmadd_ps(Element.load8(value), weight, a0)
            a1 = unsafe _mm256_fmadd_ps(Element.load8(value + 8), weight, a1)
            unsafe value += valueStride
        }
        unsafe _mm256_storeu_ps(sum, a0)
        unsafe _mm256_storeu_ps(sum + 8, a1)
        d += 16
    }
}

/// The same for four lanes, whose weights stand 64 apart. Slots that all of them see go together, 4 lanes × 16
/// dimensions; those before and after go lane by lane, so that no lane touches a slot it does not see.
@inline(__always)
func accumulate4<Element: CacheElement>(
    _ lanes: UnsafePointer<AttentionLane>, weights: UnsafePointer<Float>, _ values: UnsafePointer<Element>,
    valueStride: Int
) {
    let page = AttentionPageLayout.positions
    var (first, end) = (0, page)
    for i in 0..<4 {
        if unsafe lanes[i].first > first { first = unsafe lanes[i].first }
        if unsafe lanes[i].end < end { end = unsafe lanes[i].end }
    }
    if first >= end { (first, end) = (page, page) }
    for i in 0..<4 {
        let lane = unsafe lanes[i]
        let before = unsafe lane.first..<(first < lane.end ? first : lane.end)
        unsafe accumulate(lane, slots: before, weights: weights + i * page, values, valueStride: valueStride)
    }
    if first < end {
        unsafe accumulateCommon(
            lanes, slots: first..<end, weights: weights, values, valueStride: valueStride)
    }
    for i in 0..<4 {
        let lane = unsafe lanes[i]
        guard unsafe end < lane.end else { continue }
        unsafe accumulate(lane, slots: end..<lane.end, weights: weights + i * page, values, valueStride: valueStride)
    }
}

@inline(__always)
private func accumulateCommon<Element: CacheElement>(
    _ lanes: UnsafePointer<AttentionLane>, slots: Range<Int>, weights: UnsafePointer<Float>,
    _ values: UnsafePointer<Element>, valueStride: Int
) {
    let page = AttentionPageLayout.positions
    let (w0, w1) = unsafe (weights, weights + page)
    let (w2, w3) = unsafe (weights + 2 * page, weights + 3 * page)
    for d in stride(from: AttentionState.accumulators, to: AttentionState.accumulators + valueStride, by: 16) {
        let (s0, s1) = unsafe (lanes[0].state + d, lanes[1].state + d)
        let (s2, s3) = unsafe (lanes[2].state + d, lanes[3].state + d)
        var (a0, a1) = unsafe (_mm256_loadu_ps(s0), _mm256_loadu_ps(s0 + 8))
        var (b0, b1) = unsafe (_mm256_loadu_ps(s1), _mm256_loadu_ps(s1 + 8))
        var (c0, c1) = unsafe (_mm256_loadu_ps(s2), _mm256_loadu_ps(s2 + 8))
        var (d0, d1) = unsafe (_mm256_loadu_ps(s3), _mm256_loadu_ps(s3 + 8))
        var value = unsafe values + (slots.lowerBound * valueStride + d - AttentionState.accumulators)
        for slot in slots {
            let (v0, v1) = unsafe (Element.load8(value), Element.load8(value + 8))
            let a = unsafe _mm256_broadcast_ss(w0 + slot)
            a0 = _mm256_fmadd_ps(v0, a, a0)
            a1 = _mm256_fmadd_ps(v1, a, a1)
            let b = unsafe _mm256_broadcast_ss(w1 + slot)
            b0 = _mm256_fmadd_ps(v0, b, b0)
            b1 = _mm256_fmadd_ps(v1, b, b1)
            let c = unsafe _mm256_broadcast_ss(w2 + slot)
            c0 = _mm256_fmadd_ps(v0, c, c0)
            c1 = _mm256_fmadd_ps(v1, c, c1)
            let e = unsafe _mm256_broadcast_ss(w3 + slot)
            d0 = _mm256_fmadd_ps(v0, e, d0)
            d1 = _mm256_fmadd_ps(v1, e, d1)
            unsafe value += valueStride
        }
        unsafe _mm256_storeu_ps(s0, a0)
        unsafe _mm256_storeu_ps(s0 + 8, a1)
        unsafe _mm256_storeu_ps(s1, b0)
        unsafe _mm256_storeu_ps(s1 + 8, b1)
        unsafe _mm256_storeu_ps(s2, c0)
        unsafe _mm256_storeu_ps(s2 + 8, c1)
        unsafe _mm256_storeu_ps(s3, d0)
        unsafe _mm256_storeu_ps(s3 + 8, d1)
    }
}
