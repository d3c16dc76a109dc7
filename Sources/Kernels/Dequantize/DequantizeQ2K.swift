/// Two bits, a 4-bit scale and minimum for every 16: `y[i] = (d · s) · q[i] − (dmin · m)`.
///
///     block of 256, 84 bytes   | 16 × (s, m) | 64 × byte q | f16 d | f16 dmin |
///     byte g of (s, m)         low nibble: scale, high nibble: minimum, of elements 16g ..< 16g + 16
///     byte 32h + l of q        bits 2k, 2k + 1: element 128h + 32k + l        h < 2, k < 4, l < 32
///
/// - Precondition: `count` is a multiple of 256; no overlap. Any alignment.
/// - Error: none; both products are rounded before the difference.
/// - Threads: none; callers split by rows.
public func dequantizeQ2_K(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 256 {
        let x = unsafe source + block * 84
        let y = unsafe destination + block * 256
        let d = unsafe x.half(at: 80)
        let dmin = unsafe x.half(at: 82)
        for group in 0..<16 {
            let scales = unsafe x.byte(at: group)
            let scale = d * Float(scales & 15)
            let minimum = dmin * Float(scales >> 4)
            let (half, k, l) = (group >> 3, (group >> 1) & 3, (group & 1) * 16)
            for j in stride(from: 0, to: 16, by: 8) {
                let q = (unsafe x.bytes8(at: 16 + 32 * half + l + j) &>> Int32(2 * k)) & 3
                unsafe y.store8(SIMD8<Float>(q) * scale - minimum, at: 16 * group + j)
            }
        }
    }
}
