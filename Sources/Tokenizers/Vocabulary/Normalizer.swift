/// What happens to each stretch of text between added tokens before it is cut into words.
struct Normalizer: Sendable, Equatable {
    /// U+2581, which SentencePiece writes for a space.
    static let space: [UInt8] = [0xE2, 0x96, 0x81]

    /// Puts ▁ before the stretch. Each stretch gets its own, so that "<|user|>Hi" is `<|user|>` `▁Hi`.
    var prependsSpace = false
    /// Writes ▁ for every U+0020.
    var escapesSpaces = false

    var isIdentity: Bool { !prependsSpace && !escapesSpaces }

    func normalize(_ text: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 2 + 3)
        if prependsSpace, !text.isEmpty { result += Self.space }
        for index in text.indices {
            if escapesSpaces, text[index] == 0x20 { result += Self.space } else { result.append(text[index]) }
        }
        return result
    }

    /// For each byte of the normalised text the byte of `text` it comes from, and the count at the end.
    func origins(of text: Span<UInt8>) -> [Int] {
        var result: [Int] = []
        if prependsSpace, !text.isEmpty { result += [0, 0, 0] }
        for index in text.indices {
            result.append(index)
            if escapesSpaces, text[index] == 0x20 { result += [index, index] }
        }
        return result + [text.count]
    }
}
