/// Eight bits, symmetric: `y[i] = d · q[i]`.
///
///     block of 32, 34 bytes   | f16 d | 32 × int8 |
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: none; one multiplication, rounded once, is the format's meaning.
/// - Threads: none; callers split by rows.
public func dequantizeQ8_0(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    for block in 0..<count / 32 {
        let x = unsafe source + block * 34
        let y = unsafe destination + block * 32
        let d = unsafe x.half(at: 0)
        for j in stride(from: 0, to: 32, by: 8) {
            let q = unsafe x.loadUnaligned(fromByteOffset: 2 + j, as: SIMD8<Int8>.self)
            unsafe y.store8(SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: q)) * d, at: j)
        }
    }
}
