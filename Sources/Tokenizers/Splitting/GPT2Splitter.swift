/// The words of GPT-2:
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
enum GPT2Splitter {
    /// The end of the word that begins at `start`.
    static func wordEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
        if text[start] == UInt8(ascii: "'"), let end = contractionEnd(text, start) { return end }
        let (firstKind, firstEnd) = text.characterClass(at: start)
        var kind = firstKind
        var end = firstEnd
        if text[start] == UInt8(ascii: " "), end < text.count {
            // The optional space, if a word follows it.
            (kind, end) = text.characterClass(at: end)
        }
        if kind.isWhitespace { return text.endOfWhitespace(from: start) }
        if kind.isLetter { return text.endOfRun(from: end) { $0.isLetter } }
        if kind == .number { return text.endOfRun(from: end) { $0 == .number } }
        return text.endOfRun(from: end) { !$0.isWhitespace && !$0.isLetter && $0 != .number }
    }

    private static func contractionEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
        guard start + 1 < text.count else { return nil }
        switch text[start + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return start + 2 < text.count && text[start + 2] == UInt8(ascii: "e") ? start + 3 : nil
        case UInt8(ascii: "l"):
            return start + 2 < text.count && text[start + 2] == UInt8(ascii: "l") ? start + 3 : nil
        default: return nil
        }
    }
}
