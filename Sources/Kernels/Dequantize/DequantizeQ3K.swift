/// Three bits, a 6-bit scale for every 16: `y[i] = (d · (s − 32)) · (q[i] − 4)`.
///
///     block of 256, 110 bytes   | 32 × byte h | 64 × byte q | 12 × byte s | f16 d |
///     bit 4a + k of byte l of h the third bit of element 128a + 32k + l        a < 2, k < 4, l < 32
///     byte 32a + l of q         bits 2k, 2k + 1: the low two of element 128a + 32k + l
///     s of group g < 16         low four bits: low (g < 8) or high nibble of byte g mod 8,
///                               high two: bits 2(g / 4), 2(g / 4) + 1 of byte 8 + g mod 4
///
/// - Precondition: `count` is a multiple of 256; no overlap. Any alignment.
/// - Error: none; the scale is rounded before it is applied.
/// - Threads: none; callers split by rows.
public func dequantizeQ3_K(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 256 {
        let x = unsafe source + block * 110
        let y = unsafe destination + block * 256
        let d = unsafe x.half(at: 108)
        for group in 0..<16 {
            let lowByte = unsafe x.byte(at: 96 + (group & 7))
            let low = group < 8 ? lowByte & 15 : lowByte >> 4
            let high = (unsafe x.byte(at: 104 + (group & 3)) >> UInt8(2 * (group >> 2))) & 3
            let scale = d * Float(Int32(low | high << 4) - 32)
            let (half, k, l) = (group >> 3, (group >> 1) & 3, (group & 1) * 16)
            for j in stride(from: 0, to: 16, by: 8) {
                let q = (unsafe x.bytes8(at: 32 + 32 * half + l + j) &>> Int32(2 * k)) & 3
                let h = (unsafe x.bytes8(at: l + j) &>> Int32(4 * half + k)) & 1
                unsafe y.store8(SIMD8<Float>((q | h &<< 2) &- 4) * scale, at: 16 * group + j)
            }
        }
    }
}
