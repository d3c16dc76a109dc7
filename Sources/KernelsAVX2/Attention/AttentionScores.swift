import CIntrinsics
import Kernels

/// s[j] = Σ q[d] · k[d][j] for the 64 slots of a page, d ascending.
///
/// Eight chains in flight: the latency of a fused multiply-add (4 cycles) times two per cycle.
@inline(__always)
func scorePage<Element: CacheElement>(
    _ query: UnsafePointer<Float>, _ keys: UnsafePointer<Element>, headSize: Int,
    into scores: UnsafeMutablePointer<Float>
) {
    let zero = _mm256_setzero_ps()
    var (s0, s1, s2, s3, s4, s5, s6, s7) = (zero, zero, zero, zero, zero, zero, zero, zero)
    var key = unsafe keys
    for d in 0..<headSize {
        let q = unsafe _mm256_broadcast_ss(query + d)
        s0 = unsafe _mm256_fmadd_ps(Element.load8(key), q, s0)
        s1 = unsafe _mm256_fmadd_ps(Element.load8(key + 8), q, s1)
        s2 = unsafe _mm256_fmadd_ps(Element.load8(key + 16), q, s2)
        s3 = unsafe _mm256_fmadd_ps(Element.load8(key + 24), q, s3)
        s4 = unsafe _mm256_fmadd_ps(Element.load8(key + 32), q, s4)
        s5 = unsafe _mm256_fmadd_ps(Element.load8(key + 40), q, s5)
        s6 = unsafe _mm256_fmadd_ps(Element.load8(key + 48), q, s6)
        s7 = unsafe _mm256_fmadd_ps(Element.load8(key + 56), q, s7)
        unsafe key += AttentionPageLayout.positions
    }
    unsafe _mm256_storeu_ps(scores, s0)
    unsafe _mm256_storeu_ps(scores + 8, s1)
    unsafe _mm256_storeu_ps(scores + 16, s2)
    unsafe _mm256_storeu_ps(scores + 24, s3)
    unsafe _mm256_storeu_ps(scores + 32, s4)
    unsafe _mm256_storeu_ps(scores + 40, s5)
    unsafe _mm256_storeu_ps(scores + 48, s6)
    unsafe _mm256_storeu_ps(scores + 56, s7)
}

/// The same for four lanes, whose scores stand 64 apart: 4 lanes × 16 slots are again eight chains, and each key is
/// loaded (and widened) once for four multiply-adds.
@inline(__always)
func scorePage4<Element: CacheElement>(
    _ lanes: UnsafePointer<AttentionLane>, _ keys: UnsafePointer<Element>, headSize: Int,
    into scores: UnsafeMutablePointer<Float>
) {
    let page = AttentionPageLayout.positions
    let zero = _mm256_setzero_ps()
    let (q0, q1, q2, q3) = unsafe (lanes[0].query, lanes[1].query, lanes[2].query, lanes[3].query)
    for slot in stride(from: 0, to: page, by: 16) {
        var (a0, a1, b0, b1, c0, c1, d0, d1) = (zero, zero, zero, zero, zero, zero, zero, zero)
        var key = unsafe keys + slot
        for d in 0..<headSize {
            let (k0, k1) = unsafe (Element.load8(key), Element.load8(key + 8))
            let a = unsafe _mm256_broadcast_ss(q0 + d)
            a0 = _mm256_fmadd_ps(k0, a, a0)
            a1 = _mm256_fmadd_ps(k1, a, a1)
            let b = unsafe _mm256_broadcast_ss(q1 + d)
            b0 = _mm256_fmadd_ps(k0, b, b0)
            b1 = _mm256_fmadd_ps(k1, b, b1)
            let c = unsafe _mm256_broadcast_ss(q2 + d)
            c0 = _mm256_fmadd_ps(k0, c, c0)
            c1 = _mm256_fmadd_ps(k1, c, c1)
            let e = unsafe _mm256_broadcast_ss(q3 + d)
            d0 = _mm256_fmadd_ps(k0, e, d0)
            d1 = _mm256_fmadd_ps(k1, e, d1)
            unsafe key += page
        }
        unsafe _mm256_storeu_ps(scores + slot, a0)
        unsafe _mm256_storeu_ps(scores + slot + 8, a1)
        unsafe _mm256_storeu_ps(scores + page + slot, b0)
        unsafe _mm256_storeu_ps(scores + page + slot + 8, b1)
        unsafe _mm256_storeu_ps(scores + 2 * page + slot, c0)
        unsafe _mm256_storeu_ps(scores + 2 * page + slot + 8, c1)
        unsafe _mm256_storeu_ps(scores + 3 * page + slot, d0)
        unsafe _mm256_storeu_ps(scores + 3 * page + slot + 8, d1)
    }
}
