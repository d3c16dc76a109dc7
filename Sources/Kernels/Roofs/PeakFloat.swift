/// As many multiplications and additions of floats as the execution units take: the ceiling of float kernels.
///
/// `a[i] = a[i] · factor + addend`, over and over, in chains that do not depend on each other
///
///     operands   | factor | addend | start of every a | Σ a[i], written |     4 floats, any alignment
///
/// - Returns: the multiply-adds done, a multiple of `rounds`.
/// - Precondition: `rounds` is positive.
/// - Error: none where every step is exact: with 0.5, 1 and 2, all a stay 2.
/// - Threads: none; callers run it on each thread at once.
///
/// The sum is carried through the product, so that no part of a round can be taken out of the loop.
@unsafe func peakFloat(_ operands: UnsafeMutableRawPointer, rounds: Int) -> Int {
    // Two multiplications and two additions a cycle, three cycles each, want 12 chains, and a few more for those that
    // are issued late: 14 and the two operands are all of SSE2's 16 registers.
    let floats = unsafe operands.loadUnaligned(as: SIMD4<Float>.self)
    let factor = SIMD4<Float>(repeating: floats.x)
    let addend = SIMD4<Float>(repeating: floats.y)
    let start = SIMD4<Float>(repeating: floats.z)
    var (a, b, c, d, e, f) = (start, start, start, start, start, start)
    var (g, h, i, j, k, l) = (start, start, start, start, start, start)
    var (m, n) = (start, start)
    for _ in 0..<rounds {
        a = a * factor + addend
        b = b * factor + addend
        c = c * factor + addend
        d = d * factor + addend
        e = e * factor + addend
        f = f * factor + addend
        g = g * factor + addend
        h = h * factor + addend
        i = i * factor + addend
        j = j * factor + addend
        k = k * factor + addend
        l = l * factor + addend
        m = m * factor + addend
        n = n * factor + addend
    }
    let sum = ((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + l)) + (m + n)
    unsafe operands.storeBytes(of: (sum.x + sum.y) + (sum.z + sum.w), toByteOffset: 12, as: Float.self)
    return rounds * 14 * 4
}
