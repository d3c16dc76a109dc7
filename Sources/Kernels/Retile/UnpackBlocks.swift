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
        for word in 0..<2 {
            let nibbles = unsafe EightBytes(bytes + 8 * word)
            unsafe nibbles.bits(4, from: 0).store(to: q + 8 * word)
            unsafe nibbles.bits(4, from: 4).store(to: q + 16 + 8 * word)
        }
    }

    @inline(__always) private func unpackFiveBits(_ bytes: UnsafeRawPointer, high: UInt32, offset: UInt8) {
        for word in 0..<4 {
            let low = unsafe EightBytes(bytes + 8 * (word % 2)).bits(4, from: word / 2 * 4)
            let fifth = EightBytes(mask: UInt8(truncatingIfNeeded: high >> UInt32(8 * word)))
            unsafe low.joined(with: fifth, at: 4).subtracting(offset).store(to: q + 8 * word)
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
