/// The formats with 32 columns to a block, as ggml defines them, taken apart without a change of value.
extension UnpackedBlock {
    /// f16 d, 16 bytes of nibbles: byte j holds columns j and j + 16. w = d·(q − 8).
    @inline(__always) mutating func unpackQ4_0(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(as: UInt16.self)
        unsafe unpackNibbles(block + 2)
    }

    /// f16 d, f16 m, nibbles. w = d·q + m.
    @inline(__always) mutating func unpackQ4_1(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(as: UInt16.self)
        unsafe m = block.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        unsafe unpackNibbles(block + 4)
    }

    /// f16 d, 32 fifth bits, nibbles. w = d·(q − 16); the 16 is taken off here.
    @inline(__always) mutating func unpackQ5_0(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(as: UInt16.self)
        unsafe unpackFiveBits(block + 6, high: block.loadUnaligned(fromByteOffset: 2, as: UInt32.self), offset: 16)
    }

    /// f16 d, f16 m, 32 fifth bits, nibbles. w = d·q + m.
    @inline(__always) mutating func unpackQ5_1(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(as: UInt16.self)
        unsafe m = block.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        unsafe unpackFiveBits(block + 8, high: block.loadUnaligned(fromByteOffset: 4, as: UInt32.self), offset: 0)
    }

    /// f16 d, 32 signed bytes. w = d·q.
    @inline(__always) mutating func unpackQ8_0(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(as: UInt16.self)
        unsafe UnsafeMutableRawPointer(q).copyMemory(from: block + 2, byteCount: 32)
    }

    /// f16 d, nibbles that are indices into ``nonLinearValues``. w = d·value.
    @inline(__always) mutating func unpackIQ4_NL(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(as: UInt16.self)
        unsafe unpackNonLinear(block + 2, into: q)
    }

    @inline(__always) private func unpackNibbles(_ bytes: UnsafeRawPointer) {
        let nibbles = unsafe bytes.loadUnaligned(as: SIMD16<UInt8>.self)
        let out = unsafe UnsafeMutableRawPointer(q)
        unsafe out.storeBytes(of: nibbles & 15, as: SIMD16<UInt8>.self)
        unsafe (out + 16).storeBytes(of: nibbles &>> 4, as: SIMD16<UInt8>.self)
    }

    @inline(__always) private func unpackFiveBits(_ bytes: UnsafeRawPointer, high: UInt32, offset: Int8) {
        unsafe unpackNibbles(bytes)
        for column in 0..<32 {
            unsafe q[column] |= Int8(truncatingIfNeeded: (high >> UInt32(column)) & 1) << 4
            unsafe q[column] -= offset
        }
    }
}

/// The sixteen levels of the IQ4 formats, denser around zero.
private let nonLinearLow = SIMD8<Int8>(-127, -104, -83, -65, -49, -35, -22, -10)
private let nonLinearHigh = SIMD8<Int8>(1, 13, 25, 38, 53, 69, 89, 113)

/// Sixteen bytes of indices to the values of 32 columns.
@unsafe func unpackNonLinear(_ bytes: UnsafeRawPointer, into q: UnsafeMutablePointer<Int8>) {
    let values = SIMD16<Int8>(lowHalf: nonLinearLow, highHalf: nonLinearHigh)
    for j in 0..<16 {
        let byte = unsafe bytes.load(fromByteOffset: j, as: UInt8.self)
        unsafe q[j] = values[Int(byte & 15)]
        unsafe q[j + 16] = values[Int(byte >> 4)]
    }
}
