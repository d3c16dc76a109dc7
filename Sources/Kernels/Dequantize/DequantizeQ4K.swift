/// Four bits, a 6-bit scale and minimum for every 32: `y[i] = (d · s) · q[i] − (dmin · m)`.
///
///     block of 256, 144 bytes   | f16 d | f16 dmin | 12 × byte (s, m) | 128 × byte q |
///     (s, m)                    see ``packedScaleAndMinimum(_:group:)``
///     byte 32p + l of q         low nibble: element 64p + l, high nibble: element 64p + 32 + l    p < 4, l < 32
///
/// - Precondition: `count` is a multiple of 256; no overlap. Any alignment.
/// - Error: none; both products are rounded before the difference.
/// - Threads: none; callers split by rows.
public func dequantizeQ4_K(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 256 {
        let x = unsafe source + block * 144
        let y = unsafe destination + block * 256
        let d = unsafe x.half(at: 0)
        let dmin = unsafe x.half(at: 2)
        for group in 0..<8 {
            let packed = unsafe packedScaleAndMinimum(x + 4, group: group)
            let scale = d * Float(packed.scale)
            let minimum = dmin * Float(packed.minimum)
            let (pair, shift) = (group >> 1, Int32(group & 1) * 4)
            for j in stride(from: 0, to: 32, by: 8) {
                let q = (unsafe x.bytes8(at: 16 + 32 * pair + j) &>> shift) & 15
                unsafe y.store8(SIMD8<Float>(q) * scale - minimum, at: 32 * group + j)
            }
        }
    }
}

/// The 6-bit scale and minimum of group g < 8, as Q4_K and Q5_K pack them into 12 bytes b.
///
///     g < 4    scale: low six bits of b[g]                       minimum: low six bits of b[g + 4]
///     g ≥ 4    scale: low nibble of b[g + 4], top two of b[g − 4]   minimum: high nibble of b[g + 4], top two of b[g]
@inline(__always)
public func packedScaleAndMinimum(_ bytes: UnsafeRawPointer, group: Int) -> (scale: UInt8, minimum: UInt8) {
    if group < 4 { return unsafe (bytes.byte(at: group) & 63, bytes.byte(at: group + 4) & 63) }
    let low = unsafe bytes.byte(at: group + 4)
    let scaleHigh = unsafe bytes.byte(at: group - 4) >> 6
    let minimumHigh = unsafe bytes.byte(at: group) >> 6
    return (low & 15 | scaleHigh << 4, low >> 4 | minimumHigh << 4)
}
