/// Six bits, an 8-bit scale for every 16: `y[i] = (d · s) · (q[i] − 32)`.
///
///     block of 256, 210 bytes   | 128 × byte q | 64 × byte h | 16 × int8 s | f16 d |
///     byte 64a + 32b + l of q   low nibble: element 128a + 32b + l, high nibble: element 128a + 64 + 32b + l
///     byte 32a + l of h         bits 2k, 2k + 1: the high two of element 128a + 32k + l
///                               a < 2, b < 2, k < 4, l < 32
///     s[g]                      scale of elements 16g ..< 16g + 16
///
/// - Precondition: `count` is a multiple of 256; no overlap. Any alignment.
/// - Error: none; the scale is rounded before it is applied.
/// - Threads: none; callers split by rows.
public func dequantizeQ6_K(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 256 {
        let x = unsafe source + block * 210
        let y = unsafe destination + block * 256
        let d = unsafe x.half(at: 208)
        for group in 0..<16 {
            let scale = d * Float(unsafe x.load(fromByteOffset: 192 + group, as: Int8.self))
            let (half, k, l) = (group >> 3, (group >> 1) & 3, (group & 1) * 16)
            for j in stride(from: 0, to: 16, by: 8) {
                let low = (unsafe x.bytes8(at: 64 * half + 32 * (k & 1) + l + j) &>> Int32(4 * (k >> 1))) & 15
                let high = (unsafe x.bytes8(at: 128 + 32 * half + l + j) &>> Int32(2 * k)) & 3
                unsafe y.store8(SIMD8<Float>((low | high &<< 4) &- 32) * scale, at: 16 * group + j)
            }
        }
    }
}
