/// Five bits, a 6-bit scale and minimum for every 32: `y[i] = (d · s) · q[i] − (dmin · m)`.
///
///     block of 256, 176 bytes   | f16 d | f16 dmin | 12 × byte (s, m) | 32 × byte h | 128 × byte q |
///     (s, m)                    see ``packedScaleAndMinimum(_:group:)``
///     bit g of byte l of h      the fifth bit of element 32g + l                                  g < 8, l < 32
///     byte 32p + l of q         low nibble: element 64p + l, high nibble: element 64p + 32 + l    p < 4
///
/// - Precondition: `count` is a multiple of 256; no overlap. Any alignment.
/// - Error: none; both products are rounded before the difference.
/// - Threads: none; callers split by rows.
public func dequantizeQ5_K(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 256 {
        let x = unsafe source + block * 176
        let y = unsafe destination + block * 256
        let d = unsafe x.half(at: 0)
        let dmin = unsafe x.half(at: 2)
        for group in 0..<8 {
            let packed = unsafe packedScaleAndMinimum(x + 4, group: group)
            let scale = d * Float(packed.scale)
            let minimum = dmin * Float(packed.minimum)
            let (pair, shift) = (group >> 1, Int32(group & 1) * 4)
            for j in stride(from: 0, to: 32, by: 8) {
                let q = (unsafe x.bytes8(at: 48 + 32 * pair + j) &>> shift) & 15
                let h = (unsafe x.bytes8(at: 16 + j) &>> Int32(group)) & 1
                unsafe y.store8(SIMD8<Float>(q | h &<< 4) * scale - minimum, at: 32 * group + j)
            }
        }
    }
}
