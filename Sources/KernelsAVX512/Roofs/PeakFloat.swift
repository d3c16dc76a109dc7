import CIntrinsics

/// As many multiply-adds of floats as the execution units take; the contract is the portable one's, fused here.
///
/// One or two of 512 bits a cycle, four or five cycles each, want 10 chains at most; 12 leave room for one that was
/// issued late.
@unsafe func peakFloat(_ operands: UnsafeMutableRawPointer, rounds: Int) -> Int {
    let floats = unsafe operands.assumingMemoryBound(to: Float.self)
    let factor = unsafe _mm512_set1_ps(floats[0])
    let addend = unsafe _mm512_set1_ps(floats[1])
    let start = unsafe _mm512_set1_ps(floats[2])
    var (a, b, c, d, e, f) = (start, start, start, start, start, start)
    var (g, h, i, j, k, l) = (start, start, start, start, start, start)
    for _ in 0..<rounds {
        a = _mm512_fmadd_ps(a, factor, addend)
        b = _mm512_fmadd_ps(b, factor, addend)
        c = _mm512_fmadd_ps(c, factor, addend)
        d = _mm512_fmadd_ps(d, factor, addend)
        e = _mm512_fmadd_ps(e, factor, addend)
        f = _mm512_fmadd_ps(f, factor, addend)
        g = _mm512_fmadd_ps(g, factor, addend)
        h = _mm512_fmadd_ps(h, factor, addend)
        i = _mm512_fmadd_ps(i, factor, addend)
        j = _mm512_fmadd_ps(j, factor, addend)
        k = _mm512_fmadd_ps(k, factor, addend)
        l = _mm512_fmadd_ps(l, factor, addend)
    }
    let first = _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)), _mm512_add_ps(e, f))
    let second = _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(g, h), _mm512_add_ps(i, j)), _mm512_add_ps(k, l))
    unsafe floats[3] = _mm512_reduce_add_ps(_mm512_add_ps(first, second))
    return rounds * 12 * 16
}
