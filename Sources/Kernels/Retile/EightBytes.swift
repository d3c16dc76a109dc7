/// Eight small unsigned integers in a word, one to a byte: what the unpacking of bit fields works on, without lanes.
struct EightBytes {
    private let word: UInt64

    private init(word: UInt64) { self.word = word }

    @unsafe @inline(__always)
    init(_ bytes: UnsafeRawPointer) { word = unsafe bytes.loadUnaligned(as: UInt64.self) }

    /// Byte i is bit i of a mask.
    @inline(__always)
    init(mask: UInt8) {
        let selected = (UInt64(mask) &* 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201
        // Any bit but the highest carries into it.
        word = ((selected &+ 0x7f7f_7f7f_7f7f_7f7f) & 0x8080_8080_8080_8080) >> 7
    }

    /// So many bits of every byte.
    @inline(__always)
    func bits(_ count: Int, from first: Int) -> EightBytes {
        let mask = UInt64((1 << count) - 1) &* 0x0101_0101_0101_0101
        return EightBytes(word: (word &>> UInt64(first)) & mask)
    }

    /// With the bits of others above the own ones.
    @inline(__always)
    func joined(with high: EightBytes, at position: Int) -> EightBytes {
        EightBytes(word: word | high.word &<< UInt64(position))
    }

    /// Two's complement of every byte less an offset.
    /// - Precondition: all bytes and the offset are below 128.
    @inline(__always)
    func subtracting(_ offset: UInt8) -> EightBytes {
        EightBytes(word: (word &+ UInt64(128 - offset) &* 0x0101_0101_0101_0101) ^ 0x8080_8080_8080_8080)
    }

    @unsafe @inline(__always)
    func store(to out: UnsafeMutablePointer<Int8>) {
        unsafe UnsafeMutableRawPointer(out).storeBytes(of: word, as: UInt64.self)
    }
}
