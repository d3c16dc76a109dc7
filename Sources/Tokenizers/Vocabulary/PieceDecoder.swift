/// How pieces turn back into text.
enum PieceDecoder: Sendable, Equatable {
    /// Characters of ``ByteAlphabet`` to bytes, then UTF-8 with U+FFFD for what is none.
    case byteLevel
    /// ▁ to a space; a run of `<0xHH>` pieces to its UTF-8, or to one U+FFFD for each byte where it is none.
    case byteFallback(stripsLeadingSpace: Bool)
    /// The pieces with a space between them: what a tokenizer.json without a decoder asks for.
    case spaced

    /// What one piece stands for.
    enum Part: Equatable {
        case text([UInt8])
        /// A byte piece of a vocabulary with byte fallback.
        case byte(UInt8)
    }

    func part(of piece: ArraySlice<UInt8>) -> Part {
        switch self {
        case .byteLevel: .text(ByteAlphabet.decode(piece))
        case .spaced: .text(Array(piece))
        case .byteFallback:
            if let byte = Self.byte(of: piece) { .byte(byte) } else { .text(Self.unescaped(piece)) }
        }
    }

    /// The byte of a piece `<0xHH>`, exactly two upper-case digits.
    static func byte(of piece: ArraySlice<UInt8>) -> UInt8? {
        let start = piece.startIndex
        guard piece.count == 6, piece.starts(with: [0x3C, 0x30, 0x78]), piece[start + 5] == 0x3E,
            let high = hexDigit(piece[start + 3]), let low = hexDigit(piece[start + 4])
        else { return nil }
        return high << 4 | low
    }

    /// The piece `<0xHH>` of a byte.
    static func bytePiece(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [0x3C, 0x30, 0x78, digits[Int(byte >> 4)], digits[Int(byte & 15)], 0x3E]
    }

    private static func hexDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        default: nil
        }
    }

    private static func unescaped(_ piece: ArraySlice<UInt8>) -> [UInt8] {
        guard piece.contains(0xE2) else { return Array(piece) }
        var result: [UInt8] = []
        var index = piece.startIndex
        while index < piece.endIndex {
            if piece[index...].starts(with: Normalizer.space) {
                result.append(0x20)
                index += 3
            } else {
                result.append(piece[index])
                index += 1
            }
        }
        return result
    }
}
