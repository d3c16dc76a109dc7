import CIntrinsics

/// As many multiply-adds of bytes as the execution units take; the contract is the portable one's, with a 32-bit lane
/// for the start, the addend and every a.
///
/// `vpdpbusd` multiplies four unsigned bytes with four signed ones and adds them to a lane. Twelve chains are enough for
/// two of 512 bits a cycle, five cycles each.
@unsafe func peakInt8(_ operands: UnsafeMutableRawPointer, rounds: Int) -> Int {
    let words = unsafe operands.assumingMemoryBound(to: Int32.self)
    let factor = unsafe _mm512_set1_epi32(words[0])
    let addend = unsafe _mm512_set1_epi32(words[1])
    let start = unsafe _mm512_set1_epi32(words[2])
    var (a, b, c, d, e, f) = (start, start, start, start, start, start)
    var (g, h, i, j, k, l) = (start, start, start, start, start, start)
    for _ in 0..<rounds {
        a = _mm512_dpbusd_epi32(addend, a, factor)
        b = _mm512_dpbusd_epi32(addend, b, factor)
        c = _mm512_dpbusd_epi32(addend, c, factor)
        d = _mm512_dpbusd_epi32(addend, d, factor)
        e = _mm512_dpbusd_epi32(addend, e, factor)
        f = _mm512_dpbusd_epi32(addend, f, factor)
        g = _mm512_dpbusd_epi32(addend, g, factor)
        h = _mm512_dpbusd_epi32(addend, h, factor)
        i = _mm512_dpbusd_epi32(addend, i, factor)
        j = _mm512_dpbusd_epi32(addend, j, factor)
        k = _mm512_dpbusd_epi32(addend, k, factor)
        l = _mm512_dpbusd_epi32(addend, l, factor)
    }
    let first = _mm512_add_epi32(
        _mm512_add_epi32(_mm512_add_epi32(a, b), _mm512_add_epi32(c, d)), _mm512_add_epi32(e, f))
    let second = _mm512_add_epi32(
        _mm512_add_epi32(_mm512_add_epi32(g, h), _mm512_add_epi32(i, j)), _mm512_add_epi32(k, l))
    unsafe words[3] = _mm512_reduce_add_epi32(_mm512_add_epi32(first, second))
    return rounds * 12 * 64
}
