import CIntrinsics
import Kernels

/// acc[d] += Σ w[j] · v[j][d], j ascending over the slots that a lane sees: eight lanes by sixteen dimensions at a time.
///
/// Slots that all lanes see are taken as they are; before and after them, a mask spares the lanes that do not.
@inline(__always)
func accumulate<Element: CacheElement>(_ call: AttentionCall, _ pass: LanePass, of element: Element.Type) {
    let (seen, common) = unsafe (pass.seen, pass.common)
    if seen.lowerBound < common.lowerBound {
        unsafe addValues(call, pass, seen.lowerBound..<common.lowerBound, of: element, Sight<1>.self)
    }
    if !common.isEmpty { unsafe addValues(call, pass, common, of: element, Sight<0>.self) }
    if common.upperBound < seen.upperBound {
        unsafe addValues(call, pass, common.upperBound..<seen.upperBound, of: element, Sight<1>.self)
    }
}

/// Whether some of the lanes do not see some of the slots, as a type.
private enum Sight<let isPartial: Int> {}

@inline(__always)
private func addValues<Element: CacheElement, let isPartial: Int>(
    _ call: AttentionCall, _ pass: LanePass, _ slots: Range<Int>, of _: Element.Type, _: Sight<isPartial>.Type
) {
    let page = AttentionPageLayout.positions
    let stride = unsafe call.valueStride
    let weights = unsafe call.scores
    var visible = InlineArray<8, UInt64>(repeating: 0)
    if isPartial == 1 { for i in 0..<8 { visible[i] = unsafe pass.lane(i).visibleSlots } }
    for d in Swift.stride(from: 0, to: stride, by: 16) {
        let offset = AttentionState.accumulators &+ d
        var values = unsafe call.values.assumingMemoryBound(to: Element.self) + (slots.lowerBound &* stride &+ d)
        var sums = InlineArray<8, __m512>(repeating: _mm512_setzero_ps())
        for i in 0..<8 { sums[i] = unsafe _mm512_loadu_ps(pass.lane(i).state + offset) }
        for slot in slots {
            let value = unsafe Element.load16(values)
            for i in 0..<8 {
                let weight = unsafe _mm512_set1_ps(weights[i &* page &+ slot])
                if isPartial == 1 {
                    let mask = __mmask16(truncatingIfNeeded: 0 &- (visible[i] &>> slot & 1))
                    sums[i] = _mm512_mask3_fmadd_ps(value, weight, sums[i], mask)
                } else {
                    sums[i] = _mm512_fmadd_ps(value, weight, sums[i])
                }
            }
            unsafe values += stride
        }
        // Registers have no numbers at run time: a loop to the count would go through memory.
        for i in 0..<8 where unsafe i < pass.count { unsafe _mm512_storeu_ps(pass[i].state + offset, sums[i]) }
    }
}
