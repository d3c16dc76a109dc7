/// The gated activation of a feed-forward layer (Shazeer 2020, arXiv:2002.05202).
///
/// `y[i] = g[i] / (1 + e^(−g[i])) · u[i]`
///
///     gate g, up u, destination   n floats each, any alignment
///
/// - Precondition: the destination is one of the sources or overlaps neither.
/// - Error: 6 ulp. Far negative gates give zero, never NaN.
/// - Threads: none; callers split by rows. Each element depends on its own two alone.
func swiGLU(
    into destination: UnsafeMutablePointer<Float>, gate: UnsafePointer<Float>, up: UnsafePointer<Float>, count: Int
) {
    var i = 0
    while i + 8 <= count {
        unsafe destination.store8(silu(gate.load8(at: i)) * up.load8(at: i), at: i)
        i += 8
    }
    let rest = count - i
    if rest > 0 {
        let result = unsafe silu(gate.load8(at: i, count: rest)) * up.load8(at: i, count: rest)
        unsafe destination.store8(result, at: i, count: rest)
    }
}

/// x · sigmoid(x)
@inline(__always)
private func silu(_ x: SIMD8<Float>) -> SIMD8<Float> { x / (1 + exponential(-x)) }
