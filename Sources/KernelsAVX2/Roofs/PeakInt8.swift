import CIntrinsics

/// As many multiply-adds of bytes as the execution units take; the contract is the portable one's.
///
/// Unsigned bytes times signed ones by `vpmaddubsw`, and an addition in 16 bits: what the kernels for nibbles do
/// with every 32 weights. Both take four cycles together, two pairs a cycle, want 8 chains; with 14 and the two operands,
/// all of the 16 registers, the two kinds get least into each other's way.
@unsafe func peakInt8(_ operands: UnsafeMutableRawPointer, rounds: Int) -> Int {
    let words = unsafe operands.assumingMemoryBound(to: Int32.self)
    let factor = unsafe _mm256_set1_epi32(words[0])
    let addend = unsafe _mm256_set1_epi32(words[1])
    let start = unsafe _mm256_set1_epi32(words[2])
    var (a, b, c, d, e, f) = (start, start, start, start, start, start)
    var (g, h, i, j, k, l) = (start, start, start, start, start, start)
    var (m, n) = (start, start)
    for _ in 0..<rounds {
        a = _mm256_add_epi16(_mm256_maddubs_epi16(a, factor), addend)
        b = _mm256_add_epi16(_mm256_maddubs_epi16(b, factor), addend)
        c = _mm256_add_epi16(_mm256_maddubs_epi16(c, factor), addend)
        d = _mm256_add_epi16(_mm256_maddubs_epi16(d, factor), addend)
        e = _mm256_add_epi16(_mm256_maddubs_epi16(e, factor), addend)
        f = _mm256_add_epi16(_mm256_maddubs_epi16(f, factor), addend)
        g = _mm256_add_epi16(_mm256_maddubs_epi16(g, factor), addend)
        h = _mm256_add_epi16(_mm256_maddubs_epi16(h, factor), addend)
        i = _mm256_add_epi16(_mm256_maddubs_epi16(i, factor), addend)
        j = _mm256_add_epi16(_mm256_maddubs_epi16(j, factor), addend)
        k = _mm256_add_epi16(_mm256_maddubs_epi16(k, factor), addend)
        l = _mm256_add_epi16(_mm256_maddubs_epi16(l, factor), addend)
        m = _mm256_add_epi16(_mm256_maddubs_epi16(m, factor), addend)
        n = _mm256_add_epi16(_mm256_maddubs_epi16(n, factor), addend)
    }
    let first = _mm256_add_epi16(
        _mm256_add_epi16(_mm256_add_epi16(a, b), _mm256_add_epi16(c, d)), _mm256_add_epi16(e, f))
    let second = _mm256_add_epi16(
        _mm256_add_epi16(_mm256_add_epi16(g, h), _mm256_add_epi16(i, j)), _mm256_add_epi16(k, l))
    let all = _mm256_add_epi16(_mm256_add_epi16(first, second), _mm256_add_epi16(m, n))
    let pairs = _mm256_madd_epi16(all, _mm256_set1_epi16(1))
    let quarter = _mm_add_epi32(pairs.lowHalf, pairs.highHalf)
    let eighth = _mm_hadd_epi32(quarter, quarter)
    unsafe words[3] = _mm_cvtsi128_si32(_mm_hadd_epi32(eighth, eighth))
    return rounds * 14 * 32
}
