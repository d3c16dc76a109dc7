import CIntrinsics

/// As many multiply-adds of floats as the execution units take; the contract is the portable one's, fused here.
///
/// Two fused multiply-adds a cycle, four cycles each (five on some), want 8 to 10 chains; 12 leave room for one that
/// was issued late.
@unsafe func peakFloat(_ operands: UnsafeMutableRawPointer, rounds: Int) -> Int {
    let floats = unsafe operands.assumingMemoryBound(to: Float.self)
    let factor = unsafe _mm256_broadcast_ss(floats)
    let addend = unsafe _mm256_broadcast_ss(floats + 1)
    let start = unsafe _mm256_broadcast_ss(floats + 2)
    var (a, b, c, d, e, f) = (start, start, start, start, start, start)
    var (g, h, i, j, k, l) = (start, start, start, start, start, start)
    for _ in 0..<rounds {
        a = _mm256_fmadd_ps(a, factor, addend)
        b = _mm256_fmadd_ps(b, factor, addend)
        c = _mm256_fmadd_ps(c, factor, addend)
        d = _mm256_fmadd_ps(d, factor, addend)
        e = _mm256_fmadd_ps(e, factor, addend)
        f = _mm256_fmadd_ps(f, factor, addend)
        g = _mm256_fmadd_ps(g, factor, addend)
        h = _mm256_fmadd_ps(h, factor, addend)
        i = _mm256_fmadd_ps(i, factor, addend)
        j = _mm256_fmadd_ps(j, factor, addend)
        k = _mm256_fmadd_ps(k, factor, addend)
        l = _mm256_fmadd_ps(l, factor, addend)
    }
    let first = _mm256_add_ps(_mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d)), _mm256_add_ps(e, f))
    let second = _mm256_add_ps(_mm256_add_ps(_mm256_add_ps(g, h), _mm256_add_ps(i, j)), _mm256_add_ps(k, l))
    unsafe floats[3] = laneSum(_mm256_add_ps(first, second))
    return rounds * 12 * 8
}
