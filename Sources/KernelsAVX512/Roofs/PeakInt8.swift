import CIntrinsics

/// As many multiply-adds of bytes as the execution units take; the contract is the portable one's, with a 32-bit lane
/// for the addend, at which every a begins, and every a.
///
/// `vpdpbusd` multiplies four unsigned bytes with four signed ones and adds them to a lane: here the addend's with the factor's,
/// to every a. Twelve chains are enough for two of 512 bits a cycle, five cycles each. To multiply the a's would need a copy of
/// the addend for each, which costs Ice Lake a fifth of the peak.
@unsafe func peakInt8(_ operands: UnsafeMutableRawPointer, rounds: Int) -> Int {
    let words = unsafe operands.assumingMemoryBound(to: Int32.self)
    let factor = unsafe _mm512_set1_epi32(words[0])
    let addend = unsafe _mm512_set1_epi32(words[1])
    var (a, b, c, d, e, f) = (addend, addend, addend, addend, addend, addend)
    var (g, h, i, j, k, l) = (addend, addend, addend, addend, addend, addend)
    for _ in 0..<rounds {
        a = _mm512_dpbusd_epi32(a, addend, factor)
        b = _mm512_dpbusd_epi32(b, addend, factor)
        c = _mm512_dpbusd_epi32(c, addend, factor)
        d = _mm512_dpbusd_epi32(d, addend, factor)
        e = _mm512_dpbusd_epi32(e, addend, factor)
        f = _mm512_dpbusd_epi32(f, addend, factor)
        g = _mm512_dpbusd_epi32(g, addend, factor)
        h = _mm512_dpbusd_epi32(h, addend, factor)
        i = _mm512_dpbusd_epi32(i, addend, factor)
        j = _mm512_dpbusd_epi32(j, addend, factor)
        k = _mm512_dpbusd_epi32(k, addend, factor)
        l = _mm512_dpbusd_epi32(l, addend, factor)
    }
    let first = _mm512_add_epi32(
        _mm512_add_epi32(_mm512_add_epi32(a, b), _mm512_add_epi32(c, d)), _mm512_add_epi32(e, f))
    let second = _mm512_add_epi32(
        _mm512_add_epi32(_mm512_add_epi32(g, h), _mm512_add_epi32(i, j)), _mm512_add_epi32(k, l))
    unsafe words[3] = _mm512_reduce_add_epi32(_mm512_add_epi32(first, second))
    return rounds * 12 * 64
}
