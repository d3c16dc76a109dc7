/// Rotary position embedding of one head, in place, in the rotate-half order (Su et al. 2021, arXiv:2104.09864).
///
/// `x[i] = x[i]·cos[i] − x[i + h]·sin[i]`, `x[i + h] = x[i + h]·cos[i] + x[i]·sin[i]`   for i < h = rotary dimensions / 2
///
///     head         | h floats | h floats | what is not rotated |
///     cosines, sines   h floats each, those of the head's position
///
/// - Precondition: no overlap. Any alignment, any h.
/// - Error: 2 ulp of the larger product.
/// - Threads: none; callers split by rows.
func rotate(
    _ head: UnsafeMutablePointer<Float>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>, half: Int
) {
    var i = 0
    while i + 8 <= half {
        let (a, b) = unsafe (head.load8(at: i), head.load8(at: i + half))
        let (c, s) = unsafe (cosines.load8(at: i), sines.load8(at: i))
        unsafe head.store8(a * c - b * s, at: i)
        unsafe head.store8(b * c + a * s, at: i + half)
        i += 8
    }
    while i < half {
        let (a, b) = unsafe (head[i], head[i + half])
        let (c, s) = unsafe (cosines[i], sines[i])
        unsafe head[i] = a * c - b * s
        unsafe head[i + half] = b * c + a * s
        i += 1
    }
}
