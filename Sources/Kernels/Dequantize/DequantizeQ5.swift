/// Five bits, symmetric: `y[i] = d · (q[i] − 16)`.
///
///     block of 32, 22 bytes   | f16 d | 4 bytes h | 16 × byte |
///     bit i of h              fifth bit of element i
///     byte j                  low nibble: element j, high nibble: element j + 16
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: none; one multiplication, rounded once, is the format's meaning.
/// - Threads: none; callers split by rows.
public func dequantizeQ5_0(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 32 {
        let x = unsafe source + block * 22
        let y = unsafe destination + block * 32
        let d = unsafe x.half(at: 0)
        let h = unsafe x.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
        for j in stride(from: 0, to: 16, by: 8) {
            let q = unsafe x.bytes8(at: 6 + j)
            let low = (q & 15) | bits8(h, from: j) &<< 4
            let high = (q &>> 4) | bits8(h, from: j + 16) &<< 4
            unsafe y.store8(SIMD8<Float>(low &- 16) * d, at: j)
            unsafe y.store8(SIMD8<Float>(high &- 16) * d, at: j + 16)
        }
    }
}

/// Five bits with a minimum: `y[i] = d · q[i] + m`.
///
///     block of 32, 24 bytes   | f16 d | f16 m | 4 bytes h | 16 × byte |
///     bit i of h              fifth bit of element i
///     byte j                  low nibble: element j, high nibble: element j + 16
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: none; the product is rounded before the sum.
/// - Threads: none; callers split by rows.
public func dequantizeQ5_1(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 32 {
        let x = unsafe source + block * 24
        let y = unsafe destination + block * 32
        let d = unsafe x.half(at: 0)
        let m = unsafe x.half(at: 2)
        let h = unsafe x.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        for j in stride(from: 0, to: 16, by: 8) {
            let q = unsafe x.bytes8(at: 8 + j)
            let low = (q & 15) | bits8(h, from: j) &<< 4
            let high = (q &>> 4) | bits8(h, from: j + 16) &<< 4
            unsafe y.store8(SIMD8<Float>(low) * d + m, at: j)
            unsafe y.store8(SIMD8<Float>(high) * d + m, at: j + 16)
        }
    }
}
