/// What a tokenizer is made of, whatever it was read from: for those who write it in another format.
package struct TokenizerParts: Sendable {
    /// By id; ids without a piece are left out.
    package let pieces: [(id: Int, piece: String)]
    /// The earliest first.
    package let merges: [(left: String, right: String)]
    /// Whether pieces are made of bytes, by GPT-2's alphabet, or of characters with ▁ for a space.
    package let isByteLevel: Bool
    package let splitter: Splitter
    /// The expression that stands for the splitter where it has no name in other formats.
    package let splitterPattern: String?
    package let prependsSpace: Bool
    package let escapesSpaces: Bool
    /// Whether a character without a piece becomes pieces of its bytes.
    package let hasBytePieces: Bool
    package let stripsLeadingSpace: Bool
    package let ignoresMerges: Bool
}

extension Tokenizer {
    package var parts: TokenizerParts {
        func piece(_ id: Int32) -> String { self.piece(of: Int(id)) ?? "" }
        let (isByteLevel, hasBytePieces) =
            switch model.alphabet {
            case .bytes: (true, false)
            case .scalars(let byteIDs): (false, byteIDs != nil)
            }
        let strips = if case .byteFallback(let strips) = decoder { strips } else { false }
        return TokenizerParts(
            pieces: (0..<vocabularySize).compactMap { id in self.piece(of: id).map { (id, $0) } },
            merges: model.merges.sorted.map { (piece($0.left), piece($0.right)) }, isByteLevel: isByteLevel,
            splitter: splitter, splitterPattern: splitter == .o200k ? O200kSplitter.pattern : nil,
            prependsSpace: normalizer.prependsSpace, escapesSpaces: normalizer.escapesSpaces,
            hasBytePieces: hasBytePieces, stripsLeadingSpace: strips, ignoresMerges: model.ignoresMerges)
    }
}
