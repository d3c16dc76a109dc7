/// Root-mean-square normalisation of a row (Zhang & Sennrich 2019, arXiv:1910.07467).
///
/// `y[i] = (x[i] / √(Σ x[j]² / n + ε)) · w[i]`
///
///     source, weight, destination   n floats each, any alignment
///
/// - Precondition: the destination is the source or does not overlap it.
/// - Error: 4·√n·2⁻²⁴ relative.
/// - Threads: none; callers split by rows. The order of the sum depends on n alone.
func rmsNorm(
    into destination: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    epsilon: Float, count: Int
) {
    // Four independent sums hide the latency of the addition (4 cycles at one per cycle).
    var (s0, s1, s2, s3) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    var i = 0
    while i + 32 <= count {
        let (a, b) = unsafe (source.load8(at: i), source.load8(at: i + 8))
        let (c, d) = unsafe (source.load8(at: i + 16), source.load8(at: i + 24))
        s0 += a * a
        s1 += b * b
        s2 += c * c
        s3 += d * d
        i += 32
    }
    while i + 8 <= count {
        let a = unsafe source.load8(at: i)
        s0 += a * a
        i += 8
    }
    let rest = unsafe source.load8(at: i, count: count - i)
    s1 += rest * rest
    let sum = ((s0 + s1) + (s2 + s3)).laneSum
    let scale = 1 / (sum / Float(count) + epsilon).squareRoot()

    i = 0
    while i + 8 <= count {
        unsafe destination.store8(source.load8(at: i) * scale * weight.load8(at: i), at: i)
        i += 8
    }
    while i < count {
        unsafe destination[i] = source[i] * scale * weight[i]
        i += 1
    }
}
