import Kernels

/// Takes up to eight queries over one page of a cache of floats; contract and bits are those of the narrower set.
///
/// A key or a value is loaded (and widened) once for all of them. A lane's every sum is one chain in the order of
/// dimensions or positions, whoever goes beside it.
func attendEightF32(_ call: AttentionCall, _ pass: LanePass) { unsafe attendPage(call, pass, of: SingleElement.self) }

/// As ``attendEightF32(_:_:)``, over a cache of binary16 numbers; sums and scores are floats.
func attendEightF16(_ call: AttentionCall, _ pass: LanePass) { unsafe attendPage(call, pass, of: HalfElement.self) }

@inline(__always)
private func attendPage<Element: CacheElement>(_ call: AttentionCall, _ pass: LanePass, of element: Element.Type) {
    unsafe scorePage(call, pass, of: element)
    for index in 0..<(unsafe pass.count) {
        let lane = unsafe pass[index]
        unsafe softmaxStep(
            lane, slots: pass.slots, scores: call.scores + index &* AttentionPageLayout.positions, scale: call.scale,
            valueStride: call.valueStride)
    }
    unsafe accumulate(call, pass, of: element)
}
