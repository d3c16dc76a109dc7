import CIntrinsics
import Kernels

/// s[j] = Σ q[d] · k[d][j] for the slots of a pass, d ascending; each lane's scores stand 64 after the last one's.
///
/// A tile has eight chains: the latency of a fused multiply-add (4 cycles) times two per cycle.
@inline(__always)
func scorePage<Element: CacheElement, let lanes: Int, let vectors: Int>(
    _ call: AttentionCall, _ pass: LanePass, of element: Element.Type, _ tile: Tile<lanes, vectors>.Type
) {
    let width = 8 &* vectors
    for slot in unsafe stride(from: pass.slots.lowerBound & ~(width &- 1), to: pass.slots.upperBound, by: width) {
        unsafe scoreTile(call, pass, slot: slot, of: element, tile)
    }
}

@inline(__always)
private func scoreTile<Element: CacheElement, let lanes: Int, let vectors: Int>(
    _ call: AttentionCall, _ pass: LanePass, slot: Int, of _: Element.Type, _: Tile<lanes, vectors>.Type
) {
    let page = AttentionPageLayout.positions
    let keys = unsafe call.keys.assumingMemoryBound(to: Element.self)
    var sums = InlineArray<lanes, InlineArray<vectors, __m256>>(repeating: .init(repeating: _mm256_setzero_ps()))
    for d in unsafe 0..<call.headSize {
        let row = unsafe keys + d &* page
        var q = InlineArray<lanes, __m256>(repeating: _mm256_setzero_ps())
        for i in 0..<lanes {
            q[i] = unsafe _mm256_broadcast_ss(pass[i].query.assumingMemoryBound(to: Float.self) + d)
        }
        for v in 0..<vectors {
            let k = unsafe Element.load8(row + (slot &+ 8 &* v))
            for i in 0..<lanes { sums[i][v] = _mm256_fmadd_ps(k, q[i], sums[i][v]) }
        }
    }
    for i in 0..<lanes {
        for v in 0..<vectors { unsafe _mm256_storeu_ps(call.scores + (i &* page &+ slot &+ 8 &* v), sums[i][v]) }
    }
}
