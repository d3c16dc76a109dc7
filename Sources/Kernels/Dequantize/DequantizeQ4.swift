/// Four bits, symmetric: `y[i] = d · (q[i] − 8)`.
///
///     block of 32, 18 bytes   | f16 d | 16 × byte |
///     byte j                  low nibble: element j, high nibble: element j + 16
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: none; one multiplication, rounded once, is the format's meaning.
/// - Threads: none; callers split by rows.
public func dequantizeQ4_0(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 32 {
        let x = unsafe source + block * 18
        let y = unsafe destination + block * 32
        let d = unsafe x.half(at: 0)
        for j in stride(from: 0, to: 16, by: 8) {
            let q = unsafe x.bytes8(at: 2 + j)
            unsafe y.store8(SIMD8<Float>((q & 15) &- 8) * d, at: j)
            unsafe y.store8(SIMD8<Float>((q &>> 4) &- 8) * d, at: j + 16)
        }
    }
}

/// Four bits with a minimum: `y[i] = d · q[i] + m`.
///
///     block of 32, 20 bytes   | f16 d | f16 m | 16 × byte |
///     byte j                  low nibble: element j, high nibble: element j + 16
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: none; the product is rounded before the sum.
/// - Threads: none; callers split by rows.
public func dequantizeQ4_1(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 32 {
        let x = unsafe source + block * 20
        let y = unsafe destination + block * 32
        let d = unsafe x.half(at: 0)
        let m = unsafe x.half(at: 2)
        for j in stride(from: 0, to: 16, by: 8) {
            let q = unsafe x.bytes8(at: 4 + j)
            unsafe y.store8(SIMD8<Float>(q & 15) * d + m, at: j)
            unsafe y.store8(SIMD8<Float>(q &>> 4) * d + m, at: j + 16)
        }
    }
}
