/// The sixteen levels of the IQ4 formats: denser around zero, as trained weights are.
let iq4Levels = SIMD16<Int8>(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)

/// Four bits through a table of levels: `y[i] = d · level[q[i]]`.
///
///     block of 32, 18 bytes   | f16 d | 16 × byte |
///     byte j                  low nibble: element j, high nibble: element j + 16
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: none; one multiplication, rounded once, is the format's meaning.
/// - Threads: none; callers split by rows.
public func dequantizeIQ4_NL(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    let levels = iq4Levels
    for block in 0..<count / 32 {
        let x = unsafe source + block * 18
        unsafe dequantizeIQ4(x + 2, scale: x.half(at: 0), levels: levels, into: destination + block * 32)
    }
}

/// Four bits through a table of levels, a 6-bit scale for every 32: `y[i] = (d · (s − 32)) · level[q[i]]`.
///
///     block of 256, 136 bytes   | f16 d | u16 t | 4 × byte s | 128 × byte q |
///     scale of group g < 8      low four bits: nibble g of s, high two: bits 2g, 2g + 1 of t
///     byte 16g + j of q         low nibble: element 32g + j, high nibble: element 32g + 16 + j      j < 16
///
/// - Precondition: `count` is a multiple of 256; no overlap. Any alignment.
/// - Error: none; the scale is rounded before it is applied.
/// - Threads: none; callers split by rows.
public func dequantizeIQ4_XS(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    let levels = iq4Levels
    for block in 0..<count / 256 {
        let x = unsafe source + block * 136
        let y = unsafe destination + block * 256
        let d = unsafe x.half(at: 0)
        let high = unsafe x.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        let low = unsafe x.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        for group in 0..<8 {
            let packed = Int32((low >> UInt32(4 * group)) & 15) | Int32((high >> UInt16(2 * group)) & 3) << 4
            let scale = d * Float(packed - 32)
            unsafe dequantizeIQ4(x + 8 + 16 * group, scale: scale, levels: levels, into: y + 32 * group)
        }
    }
}

/// Sixteen bytes of nibbles to 32 floats.
@inline(__always)
private func dequantizeIQ4(
    _ nibbles: UnsafeRawPointer, scale: Float, levels: SIMD16<Int8>, into y: UnsafeMutablePointer<Float>
) {
    for j in 0..<16 {
        let q = unsafe nibbles.byte(at: j)
        unsafe y[j] = scale * Float(levels[Int(q & 15)])
        unsafe y[j + 16] = scale * Float(levels[Int(q >> 4)])
    }
}
