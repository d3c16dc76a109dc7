/// Binary32 as stored: `y[i] = x[i]`, NaN payloads kept.
///
///     element  | f32 |     4 bytes
///
/// - Precondition: no overlap. Any alignment.
/// - Error: none.
/// - Threads: none; callers split by rows.
public func dequantizeF32(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    unsafe UnsafeMutableRawPointer(destination).copyMemory(from: source, byteCount: count * 4)
}

/// IEEE 754 binary16: `y[i] = x[i]`, subnormals and NaN payloads kept.
///
///     element  | f16 |     2 bytes
///
/// - Precondition: no overlap. Any alignment.
/// - Error: none; every binary16 number is a binary32 number.
/// - Threads: none; callers split by rows.
public func dequantizeF16(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    let whole = count & ~7
    for start in stride(from: 0, to: whole, by: 8) {
        let bits = unsafe source.loadUnaligned(fromByteOffset: 2 * start, as: SIMD8<UInt16>.self)
        unsafe destination.store8(Half.floats(bits), at: start)
    }
    for index in whole..<count { unsafe destination[index] = source.half(at: 2 * index) }
}

/// The upper half of a binary32: `y[i] = x[i]`, NaN payloads kept.
///
///     element  | bf16 |     2 bytes
///
/// - Precondition: no overlap. Any alignment.
/// - Error: none.
/// - Threads: none; callers split by rows.
public func dequantizeBF16(_ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int) {
    let whole = count & ~7
    for start in stride(from: 0, to: whole, by: 8) {
        let bits = unsafe source.loadUnaligned(fromByteOffset: 2 * start, as: SIMD8<UInt16>.self)
        unsafe destination.store8(BFloat16.floats(bits), at: start)
    }
    for index in whole..<count {
        unsafe destination[index] = BFloat16.float(source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
    }
}
