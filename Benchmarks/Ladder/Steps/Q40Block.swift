/// Thirty-two weights as a GGUF file stores them under the name Q4_0: 18 bytes, 4.5 bits a weight.
///
///     [f16 d][16 bytes]        w[j] = d · ((byte j & 15) − 8),  w[16 + j] = d · ((byte j >> 4) − 8)
///
/// A row of a matrix is its blocks one after the other, a matrix its rows.
public enum Q40Block {
    public static let bytes = 18
    public static let weights = 32

    /// The scale of the block at `p`.
    @inline(__always)
    static func scale(_ p: UnsafeRawPointer) -> Float {
        float(fromHalf: p.loadUnaligned(as: UInt16.self))
    }

    /// IEEE 754 binary16 to `Float` for numbers that are normal in it, by their bits: four instructions, and no call
    /// of a library routine on processors without F16C.
    @inline(__always)
    static func float(fromHalf bits: UInt16) -> Float {
        let magnitude = UInt32(bits & 0x7fff) << 13
        return Float(bitPattern: (Float(bitPattern: magnitude) * 0x1p112).bitPattern | UInt32(bits & 0x8000) << 16)
    }
}

extension Q40Block {
    /// A single weight of the block at `p`.
    @inline(__always)
    public static func weight(_ p: UnsafeRawPointer, _ place: Int) -> Float {
        let byte = p.load(fromByteOffset: 2 + place % 16, as: UInt8.self)
        let nibble = place < 16 ? byte & 15 : byte >> 4
        return scale(p) * Float(Int(nibble) - 8)
    }
}
