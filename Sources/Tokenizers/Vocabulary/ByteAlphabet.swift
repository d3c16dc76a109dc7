/// The alphabet in which byte-level vocabularies write bytes as visible characters.
///
/// Bytes that print in Latin-1 stand for themselves; the other 68 take U+0100 onwards in order, so that a space is
/// Ġ and a newline Ċ (Radford et al., *Language Models are Unsupervised Multitask Learners*, 2019).
enum ByteAlphabet {
    /// The scalar of each byte.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (0..<256).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return UInt32(byte)
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The byte of each scalar up to U+0143, -1 where it has none.
    private static let bytes: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { table[Int(scalar)] = Int16(byte) }
        return table
    }()

    /// The bytes that a piece stands for; where a character is not of the alphabet, the piece's own bytes.
    static func decode(_ piece: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(piece.count)
        var index = piece.startIndex
        while index < piece.endIndex {
            var scalar = Int(piece[index])
            index += 1
            if scalar >= 0x80 {
                // The alphabet ends at U+0143: lead bytes past 0xC5 cannot begin one of its characters.
                guard scalar <= 0xC5, index < piece.endIndex else { return Array(piece) }
                scalar = (scalar & 0x1F) << 6 | Int(piece[index] & 0x3F)
                index += 1
            }
            guard scalar < bytes.count, bytes[scalar] >= 0 else { return Array(piece) }
            result.append(UInt8(bytes[scalar]))
        }
        return result
    }

    /// The piece of one byte.
    static func piece(of byte: UInt8) -> [UInt8] {
        let scalar = scalars[Int(byte)]
        return scalar < 0x80 ? [UInt8(scalar)] : [UInt8(0xC0 | scalar >> 6), UInt8(0x80 | scalar & 0x3F)]
    }
}
