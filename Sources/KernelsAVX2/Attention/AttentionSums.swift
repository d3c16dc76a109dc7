import CIntrinsics
import Kernels

/// acc[d] += Σ w[j] · v[j][d], j ascending, for one lane: 64 dimensions at a time, eight chains; what is left over in
/// pieces of 16. Heads of 96 go in one piece: twelve sums, a weight and a value are what sixteen registers hold.
@inline(__always)
func accumulate<Element: CacheElement>(
    _ call: AttentionCall, _ pass: LanePass, lane: Int, slots: Range<Int>, of element: Element.Type
) {
    guard !slots.isEmpty else { return }
    let stride = unsafe call.valueStride
    var d = 0
    if stride == 96 {
        unsafe addValues(call, pass, firstLane: lane, slots, from: 0, of: element, Tile<1, 12>.self)
        d = 96
    }
    while d + 64 <= stride {
        unsafe addValues(call, pass, firstLane: lane, slots, from: d, of: element, Tile<1, 8>.self)
        d += 64
    }
    while d < stride {
        unsafe addValues(call, pass, firstLane: lane, slots, from: d, of: element, Tile<1, 2>.self)
        d += 16
    }
}

/// The same for four lanes. Slots that all of them see go together, 4 lanes × 16 dimensions; those before and after go
/// lane by lane, so that no lane touches a slot it does not see.
@inline(__always)
func accumulateFour<Element: CacheElement>(_ call: AttentionCall, _ pass: LanePass, of element: Element.Type) {
    let common = unsafe pass.common
    if common.isEmpty {
        for i in 0..<4 {
            let lane = unsafe pass[i]
            unsafe accumulate(call, pass, lane: i, slots: lane.first..<lane.end, of: element)
        }
        return
    }
    for i in 0..<4 {
        unsafe accumulate(call, pass, lane: i, slots: pass[i].first..<common.lowerBound, of: element)
    }
    for d in unsafe stride(from: 0, to: call.valueStride, by: 16) {
        unsafe addValues(call, pass, firstLane: 0, common, from: d, of: element, Tile<4, 2>.self)
    }
    for i in 0..<4 {
        unsafe accumulate(call, pass, lane: i, slots: common.upperBound..<pass[i].end, of: element)
    }
}

/// Some lanes, some vectors of dimensions from `d` on.
@inline(__always)
private func addValues<Element: CacheElement, let lanes: Int, let vectors: Int>(
    _ call: AttentionCall, _ pass: LanePass, firstLane: Int, _ slots: Range<Int>, from d: Int, of _: Element.Type,
    _: Tile<lanes, vectors>.Type
) {
    let page = AttentionPageLayout.positions
    let stride = unsafe call.valueStride
    let values = unsafe call.values.assumingMemoryBound(to: Element.self)
    let weights = unsafe call.scores + firstLane &* page
    let offset = AttentionState.accumulators &+ d
    var sums = InlineArray<lanes, InlineArray<vectors, __m256>>(repeating: .init(repeating: _mm256_setzero_ps()))
    for i in 0..<lanes {
        for v in 0..<vectors {
            sums[i][v] = unsafe _mm256_loadu_ps(pass[firstLane &+ i].state + (offset &+ 8 &* v))
        }
    }
    for slot in slots {
        let row = unsafe values + slot &* stride
        var weight = InlineArray<lanes, __m256>(repeating: _mm256_setzero_ps())
        for i in 0..<lanes { weight[i] = unsafe _mm256_broadcast_ss(weights + (i &* page &+ slot)) }
        for v in 0..<vectors {
            let value = unsafe Element.load8(row + (d &+ 8 &* v))
            for i in 0..<lanes { sums[i][v] = _mm256_fmadd_ps(value, weight[i], sums[i][v]) }
        }
    }
    for i in 0..<lanes {
        for v in 0..<vectors {
            unsafe _mm256_storeu_ps(pass[firstLane &+ i].state + (offset &+ 8 &* v), sums[i][v])
        }
    }
}
