/// Reads every byte once: the roof of whatever streams from memory or a cache.
///
/// `x = w[0] ^ w[1] ^ …` over 64-bit words
///
///     source   | quarter 0 | quarter 1 | quarter 2 | quarter 3 |     read side by side, a cache line of each in turn
///
/// - Precondition: `byteCount` is a multiple of 256; any alignment.
/// - Error: none; all instruction sets give the same bits.
/// - Threads: none; callers give each thread bytes of its own.
///
/// Four streams keep more lines under way than one: each has its own prefetcher.
@unsafe func readMemory(_ source: UnsafeRawPointer, byteCount: Int) -> UInt64 {
    let quarter = byteCount / 4
    var (a, b) = (SIMD2<UInt64>.zero, SIMD2<UInt64>.zero)
    var (c, d) = (SIMD2<UInt64>.zero, SIMD2<UInt64>.zero)
    var offset = 0
    while offset < quarter {
        for stream in 0..<4 {
            let line = unsafe source + (stream * quarter + offset)
            a ^= unsafe line.loadUnaligned(as: SIMD2<UInt64>.self)
            b ^= unsafe line.loadUnaligned(fromByteOffset: 16, as: SIMD2<UInt64>.self)
            c ^= unsafe line.loadUnaligned(fromByteOffset: 32, as: SIMD2<UInt64>.self)
            d ^= unsafe line.loadUnaligned(fromByteOffset: 48, as: SIMD2<UInt64>.self)
        }
        offset += 64
    }
    let all = (a ^ b) ^ (c ^ d)
    return all.x ^ all.y
}
