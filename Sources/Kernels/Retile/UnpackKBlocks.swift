/// The formats with 256 columns to a block, as ggml defines them, taken apart without a change of value.
extension UnpackedBlock {
    /// 16 × (4-bit scale, 4-bit minimum), 256 × 2 bits, f16 d, f16 dmin. w = d·a·q − dmin·b.
    mutating func unpackQ2_K(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(fromByteOffset: 80, as: UInt16.self)
        unsafe m = block.loadUnaligned(fromByteOffset: 82, as: UInt16.self) ^ 0x8000
        for i in 0..<16 {
            let byte = unsafe block.load(fromByteOffset: i, as: UInt8.self)
            unsafe a[i] = Int8(byte & 15)
            unsafe b[i] = Int8(byte >> 4)
        }
        // Byte l of each 32 holds columns l, l + 32, l + 64, l + 96 of its 128, two bits each.
        for word in 0..<32 {
            let bytes = unsafe EightBytes(block + 16 + word / 16 * 32 + word % 4 * 8)
            unsafe bytes.bits(2, from: word / 4 % 4 * 2).store(to: q + 8 * word)
        }
    }

    /// 256 high bits, 256 × 2 bits, 16 six-bit scales, f16 d. w = d·(a − 32)·(q − 4).
    mutating func unpackQ3_K(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(fromByteOffset: 108, as: UInt16.self)
        let scales = unsafe block + 96
        for i in 0..<16 {
            let low = unsafe scales.load(fromByteOffset: i % 8, as: UInt8.self) >> UInt8(i / 8 * 4) & 15
            let high = unsafe (scales.load(fromByteOffset: 8 + i % 4, as: UInt8.self) >> UInt8(i / 4 * 2)) & 3
            unsafe a[i] = Int8(low | high << 4) - 32
        }
        for word in 0..<32 {
            let low = unsafe EightBytes(block + 32 + word / 16 * 32 + word % 4 * 8).bits(2, from: word / 4 % 4 * 2)
            let high = unsafe EightBytes(block + word % 4 * 8).bits(1, from: word / 4)
            unsafe low.joined(with: high, at: 2).subtracting(4).store(to: q + 8 * word)
        }
    }

    /// f16 d, f16 dmin, 8 × (6-bit scale, 6-bit minimum), 256 nibbles. w = d·a·q − dmin·b.
    mutating func unpackQ4_K(_ block: UnsafeRawPointer) {
        unsafe unpackKHeader(block)
        // Byte l of each 32 holds columns l and l + 32 of its 64.
        for word in 0..<32 {
            let bytes = unsafe EightBytes(block + 16 + word / 8 * 32 + word % 4 * 8)
            unsafe bytes.bits(4, from: word / 4 % 2 * 4).store(to: q + 8 * word)
        }
    }

    /// As Q4_K, with 256 fifth bits before the nibbles.
    mutating func unpackQ5_K(_ block: UnsafeRawPointer) {
        unsafe unpackKHeader(block)
        for word in 0..<32 {
            let low = unsafe EightBytes(block + 48 + word / 8 * 32 + word % 4 * 8).bits(4, from: word / 4 % 2 * 4)
            let high = unsafe EightBytes(block + 16 + word % 4 * 8).bits(1, from: word / 4)
            unsafe low.joined(with: high, at: 4).store(to: q + 8 * word)
        }
    }

    /// 256 nibbles, 256 × 2 high bits, 16 signed scales, f16 d. w = d·a·(q − 32).
    mutating func unpackQ6_K(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(fromByteOffset: 208, as: UInt16.self)
        unsafe UnsafeMutableRawPointer(a).copyMemory(from: block + 192, byteCount: 16)
        // Of each 128 columns, byte l of 64 has the nibbles of columns l and l + 64, byte l of 32 the rest of four.
        for word in 0..<32 {
            let (half, part) = (word / 16, word / 4 % 4)
            let low = unsafe EightBytes(block + 64 * half + word % 8 * 8).bits(4, from: part / 2 * 4)
            let high = unsafe EightBytes(block + 128 + 32 * half + word % 4 * 8).bits(2, from: 2 * part)
            unsafe low.joined(with: high, at: 4).subtracting(32).store(to: q + 8 * word)
        }
    }

    /// f16 d, 8 six-bit scales, 256 nibbles that are indices. w = d·(a − 32)·value.
    mutating func unpackIQ4_XS(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(as: UInt16.self)
        let high = unsafe block.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        for part in 0..<8 {
            let low = unsafe (block.load(fromByteOffset: 4 + part / 2, as: UInt8.self) >> UInt8(part % 2 * 4)) & 15
            let scale = Int8(low | UInt8((high >> UInt16(2 * part)) & 3) << 4) - 32
            unsafe (a[2 * part], a[2 * part + 1]) = (scale, scale)
            unsafe (b[2 * part], b[2 * part + 1]) = (0, 0)
            unsafe unpackNonLinear(block + 8 + 16 * part, into: q + 32 * part)
        }
    }

    /// d, dmin and the 12 bytes that hold eight scales and minimums of six bits, the same for Q4_K and Q5_K.
    @inline(__always) private mutating func unpackKHeader(_ block: UnsafeRawPointer) {
        unsafe d = block.loadUnaligned(as: UInt16.self)
        unsafe m = block.loadUnaligned(fromByteOffset: 2, as: UInt16.self) ^ 0x8000
        let bytes = unsafe (block + 4).assumingMemoryBound(to: UInt8.self)
        for j in 0..<8 {
            let scale: UInt8
            let minimum: UInt8
            if j < 4 {
                unsafe (scale, minimum) = (bytes[j] & 63, bytes[j + 4] & 63)
            } else {
                scale = unsafe bytes[j + 4] & 15 | (bytes[j - 4] >> 6) << 4
                minimum = unsafe bytes[j + 4] >> 4 | (bytes[j] >> 6) << 4
            }
            unsafe (a[2 * j], a[2 * j + 1]) = (Int8(scale), Int8(scale))
            unsafe (b[2 * j], b[2 * j + 1]) = (Int8(minimum), Int8(minimum))
        }
    }
}
