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
    var slot = unsafe pass.slots.lowerBound & ~(width &- 1)
    if unsafe pass.isStream {
        unsafe scoreTile(call, pass, slot: slot, of: element, tile, Notice<1>.self)
        slot += width
    }
    while unsafe slot < pass.slots.upperBound {
        unsafe scoreTile(call, pass, slot: slot, of: element, tile, Notice<0>.self)
        slot += width
    }
}

/// Whether memory is given notice of what will be wanted, as a type: a branch in the loop would cost it a register.
private enum Notice<let isGiven: Int> {}

@inline(__always)
private func scoreTile<Element: CacheElement, let lanes: Int, let vectors: Int, let prefetches: Int>(
    _ call: AttentionCall, _ pass: LanePass, slot: Int, of _: Element.Type, _: Tile<lanes, vectors>.Type,
    _: Notice<prefetches>.Type
) {
    let page = AttentionPageLayout.positions
    let keys = unsafe call.keys.assumingMemoryBound(to: Element.self)
    var sums = InlineArray<lanes, InlineArray<vectors, __m256>>(repeating: .init(repeating: _mm256_setzero_ps()))
    for d in unsafe 0..<call.headSize {
        let row = unsafe keys + d &* page
        if prefetches == 1 { unsafe prefetchRow(row, bytes: page &* MemoryLayout<Element>.stride) }
        var q = InlineArray<lanes, __m256>(repeating: _mm256_setzero_ps())
        for i in 0..<lanes {
            q[i] = unsafe _mm256_broadcast_ss(pass.lanes[i].query.assumingMemoryBound(to: Float.self) + d)
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

/// Asks for what stands as far behind a row of numbers as memory needs notice.
@inline(__always)
func prefetchRow<Element>(_ row: UnsafePointer<Element>, bytes: Int) {
    var offset = prefetchBytes
    while offset < prefetchBytes &+ bytes {
        unsafe prefetchLine(UnsafeRawPointer(row) + offset)
        offset &+= 64
    }
}
