/// Binary32: `y[i] = x[i]`, the bits as they are.
///
/// - Precondition: no overlap. Any alignment.
/// - Error: none.
/// - Threads: none; callers split by rows.
public func quantizeF32(_ source: UnsafePointer<Float>, into destination: UnsafeMutableRawPointer, count: Int) {
    unsafe destination.copyMemory(from: source, byteCount: 4 * count)
}

/// IEEE 754 binary16, to nearest, ties to even.
///
/// - Precondition: no overlap. Any alignment.
/// - Error: |x − y| ≤ 2⁻¹¹ |x|, or 2⁻²⁵ where y is subnormal.
/// - Threads: none; callers split by rows.
public func quantizeF16(_ source: UnsafePointer<Float>, into destination: UnsafeMutableRawPointer, count: Int) {
    for index in 0..<count {
        unsafe destination.storeBytes(of: Half.bits(source[index]), toByteOffset: 2 * index, as: UInt16.self)
    }
}

/// The upper half of a binary32, to nearest, ties to even.
///
/// - Precondition: no overlap. Any alignment.
/// - Error: |x − y| ≤ 2⁻⁸ |x|.
/// - Threads: none; callers split by rows.
public func quantizeBF16(_ source: UnsafePointer<Float>, into destination: UnsafeMutableRawPointer, count: Int) {
    for index in 0..<count {
        unsafe destination.storeBytes(of: BFloat16.bits(source[index]), toByteOffset: 2 * index, as: UInt16.self)
    }
}
