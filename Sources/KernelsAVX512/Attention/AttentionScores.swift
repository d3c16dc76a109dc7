import CIntrinsics
import Kernels

/// s[j] = Σ q[d] · k[d][j] for the slots of a pass, d ascending; each lane's scores stand 64 after the last one's.
///
/// A tile is eight lanes by sixteen slots: a multiply-add takes its query from memory, and with two vectors of slots the
/// queries, now in registers, would cost more than they save (45 against 51 G multiply-adds/s in Zen 4).
@inline(__always)
func scorePage<Element: CacheElement>(_ call: AttentionCall, _ pass: LanePass, of _: Element.Type) {
    let page = AttentionPageLayout.positions
    var queries = unsafe InlineArray<8, UnsafePointer<Float>>(repeating: UnsafePointer(call.scores))
    for i in 0..<8 { unsafe queries[i] = unsafe pass.lane(i).query.assumingMemoryBound(to: Float.self) }
    for slot in unsafe stride(from: pass.slots.lowerBound, to: pass.slots.upperBound, by: 16) {
        var keys = unsafe call.keys.assumingMemoryBound(to: Element.self) + slot
        var sums = InlineArray<8, __m512>(repeating: _mm512_setzero_ps())
        for d in unsafe 0..<call.headSize {
            let k = unsafe Element.load16(keys)
            for i in 0..<8 { sums[i] = unsafe _mm512_fmadd_ps(k, _mm512_set1_ps(queries[i][d]), sums[i]) }
            unsafe keys += page
        }
        for i in 0..<8 { unsafe _mm512_storeu_ps(call.scores + (i &* page &+ slot), sums[i]) }
    }
}
