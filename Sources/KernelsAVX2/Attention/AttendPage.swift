import CIntrinsics
import Kernels

/// Takes queries over one page of a cache of floats; the contract is the portable one's, with fused multiply-adds.
///
/// Lanes go four at a time, so that a key is loaded (and widened) once for all of them, then singly. A lane's every sum
/// is one chain in the order of dimensions or positions with either, so both give the same bits.
///
/// Memory is not asked for what stands ahead: pages lie in the order in which they are read, and the processor fetches them by
/// itself. Asking for lines 4 KiB ahead, by a loop for each row, made one token on one thread 15 to 25 % slower (Zen 4); 8-bit pages, which
/// ask within the loop over vectors, gain by it (Zen 3, ``quadProducts(_:quads:quadBytes:_:initial:_:)``).
func attendPageF32(_ call: AttentionCall) { unsafe attendPage(call, of: SingleElement.self) }

/// As ``attendPageF32(_:)``, over a cache of binary16 numbers; sums and scores are floats.
func attendPageF16(_ call: AttentionCall) { unsafe attendPage(call, of: HalfElement.self) }

@inline(__always)
private func attendPage<Element: CacheElement>(_ call: AttentionCall, of element: Element.Type) {
    for head in unsafe 0..<call.headCount { unsafe attendHead(call.head(head), of: element) }
}

@inline(__always)
private func attendHead<Element: CacheElement>(_ call: AttentionCall, of element: Element.Type) {
    let count = unsafe call.laneCount
    var index = 0
    while index + 4 <= count {
        let pass = unsafe LanePass(call.lanes + index, count: 4)
        unsafe scorePage(call, pass, of: element, Tile<4, 2>.self)
        unsafe softmaxStep(call, pass, slots: pass.slots, scales: InlineArray<4, Float>(repeating: call.scale))
        unsafe accumulateFour(call, pass, of: element)
        index += 4
    }
    while index < count {
        let pass = unsafe LanePass(call.lanes + index, count: 1)
        unsafe scorePage(call, pass, of: element, Tile<1, 8>.self)
        unsafe softmaxStep(call, pass, slots: pass.slots, scales: InlineArray<1, Float>(repeating: call.scale))
        unsafe accumulate(call, pass, lane: 0, slots: pass.common, of: element)
        index += 1
    }
}
