import CIntrinsics

/// Reads every byte once, in four streams; the contract is the portable one's.
@unsafe func readMemory(_ source: UnsafeRawPointer, byteCount: Int) -> UInt64 {
    let quarter = byteCount / 4
    // Two loads a cycle, each with an exclusive or of one cycle: eight chains are more than are needed.
    var (a, b) = (_mm256_setzero_si256(), _mm256_setzero_si256())
    var (c, d) = (_mm256_setzero_si256(), _mm256_setzero_si256())
    var (e, f) = (_mm256_setzero_si256(), _mm256_setzero_si256())
    var (g, h) = (_mm256_setzero_si256(), _mm256_setzero_si256())
    var line = unsafe source
    let end = unsafe source + quarter
    while unsafe line < end {
        let (second, third, fourth) = unsafe (line + quarter, line + 2 * quarter, line + 3 * quarter)
        a = _mm256_xor_si256(a, unsafe load(line))
        b = _mm256_xor_si256(b, unsafe load(line + 32))
        c = _mm256_xor_si256(c, unsafe load(second))
        d = _mm256_xor_si256(d, unsafe load(second + 32))
        e = _mm256_xor_si256(e, unsafe load(third))
        f = _mm256_xor_si256(f, unsafe load(third + 32))
        g = _mm256_xor_si256(g, unsafe load(fourth))
        h = _mm256_xor_si256(h, unsafe load(fourth + 32))
        unsafe line += 64
    }
    let first = _mm256_xor_si256(_mm256_xor_si256(a, b), _mm256_xor_si256(c, d))
    let rest = _mm256_xor_si256(_mm256_xor_si256(e, f), _mm256_xor_si256(g, h))
    let all = _mm256_xor_si256(first, rest)
    return UInt64(bitPattern: all[0] ^ all[1] ^ all[2] ^ all[3])
}

@unsafe @inline(__always)
private func load(_ p: UnsafeRawPointer) -> __m256i {
    unsafe _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
}
