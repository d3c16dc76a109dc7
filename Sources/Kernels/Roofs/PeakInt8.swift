/// As many multiplications and additions of 8-bit integers as the execution units take: the ceiling of kernels for
/// quantised weights.
///
/// `a[i] = a[i] · factor + addend`, over and over, in chains that do not depend on each other
///
///     operands   | factor: 4 signed bytes | addend: 2 × s16 | start of every a: 2 × s16 | Σ a[i] as s32, written |
///
/// What an instruction set multiplies bytes with is its own: here a byte is widened to 16 bits, as the portable kernels
/// do it, and the first byte of the factor counts. Sums wrap or saturate.
///
/// - Returns: the multiply-adds done, a multiple of `rounds`.
/// - Precondition: `rounds` is positive; 16 bytes of operands, any alignment.
/// - Error: none; with a factor of zero, every a is the addend.
/// - Threads: none; callers run it on each thread at once.
@unsafe func peakInt8(_ operands: UnsafeMutableRawPointer, rounds: Int) -> Int {
    let factor = SIMD8<Int16>(repeating: Int16(unsafe operands.load(as: Int8.self)))
    let addend = SIMD8<Int16>(repeating: unsafe operands.loadUnaligned(fromByteOffset: 4, as: Int16.self))
    let start = SIMD8<Int16>(repeating: unsafe operands.loadUnaligned(fromByteOffset: 8, as: Int16.self))
    // As many chains as for floats, and for the same reason.
    var (a, b, c, d, e, f) = (start, start, start, start, start, start)
    var (g, h, i, j, k, l) = (start, start, start, start, start, start)
    var (m, n) = (start, start)
    for _ in 0..<rounds {
        a = a &* factor &+ addend
        b = b &* factor &+ addend
        c = c &* factor &+ addend
        d = d &* factor &+ addend
        e = e &* factor &+ addend
        f = f &* factor &+ addend
        g = g &* factor &+ addend
        h = h &* factor &+ addend
        i = i &* factor &+ addend
        j = j &* factor &+ addend
        k = k &* factor &+ addend
        l = l &* factor &+ addend
        m = m &* factor &+ addend
        n = n &* factor &+ addend
    }
    let sum = ((a &+ b) &+ (c &+ d)) &+ ((e &+ f) &+ (g &+ h)) &+ ((i &+ j) &+ (k &+ l)) &+ (m &+ n)
    unsafe operands.storeBytes(of: Int32(sum.wrappedSum()), toByteOffset: 12, as: Int32.self)
    return rounds * 14 * 8
}
