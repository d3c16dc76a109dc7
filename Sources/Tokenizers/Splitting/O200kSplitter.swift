/// The words of o200k (GPT-4o, Phi-4-mini). Alternatives in order, with U = `\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}` and
/// L = `\p{Ll}\p{Lm}\p{Lo}\p{M}`:
///
///     [^\r\n\p{L}\p{N}]?[U]*[L]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
///     [^\r\n\p{L}\p{N}]?[U]+[L]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
///     \p{N}{1,3}
///      ?[^\s\p{L}\p{N}]+[\r\n/]*
///     \s*[\r\n]+
///     \s+(?!\S)
///     \s+
enum O200kSplitter {
    static let pattern =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
        + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
        + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    /// The end of the word that begins at `start`.
    static func wordEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
        let (kind, end) = text.characterClass(at: start)
        let mayPrefix = !kind.isLetter && kind != .number && kind != .newline
        if mayPrefix, let word = lowerEnd(text, end) { return contractionEnd(text, word) }
        if let word = lowerEnd(text, start) { return contractionEnd(text, word) }
        if mayPrefix, let word = upperEnd(text, end) { return contractionEnd(text, word) }
        if let word = upperEnd(text, start) { return contractionEnd(text, word) }
        if kind == .number { return numberEnd(text, end) }
        if let punctuation = punctuationEnd(text, start) { return punctuation }
        return newlineEnd(text, start) ?? text.endOfWhitespace(from: start)
    }

    /// `[U]*[L]+`
    private static func lowerEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
        var index = start
        // The end of the last scalar of [U]* that is in [L] too: where the match ends if no lower case follows.
        var lastCommon: Int?
        while index < text.count {
            let (kind, end) = text.characterClass(at: index)
            if kind == .letter || kind == .mark { lastCommon = end } else if kind != .upper { break }
            index = end
        }
        let end = text.endOfRun(from: index) { isLower($0) }
        return end > index ? end : lastCommon
    }

    /// `[U]+[L]*`
    private static func upperEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
        let index = text.endOfRun(from: start) { $0 == .upper || $0 == .letter || $0 == .mark }
        return index > start ? text.endOfRun(from: index) { isLower($0) } : nil
    }

    private static func isLower(_ kind: CharacterClass) -> Bool { kind == .lower || kind == .letter || kind == .mark }

    private static func numberEnd(_ text: Span<UInt8>, _ secondStart: Int) -> Int {
        var index = secondStart
        for _ in 0..<2 where index < text.count {
            let (kind, end) = text.characterClass(at: index)
            guard kind == .number else { break }
            index = end
        }
        return index
    }

    /// ` ?[^\s\p{L}\p{N}]+[\r\n/]*`
    private static func punctuationEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
        let first = text[start] == UInt8(ascii: " ") ? start + 1 : start
        var index = text.endOfRun(from: first) { !$0.isWhitespace && !$0.isLetter && $0 != .number }
        guard index > first else { return nil }
        while index < text.count, [UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "/")].contains(text[index]) {
            index += 1
        }
        return index
    }

    /// `\s*[\r\n]+`: up to the last newline of the run of white space.
    private static func newlineEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
        var index = start
        var lastNewline: Int?
        while index < text.count {
            let (kind, end) = text.characterClass(at: index)
            if kind == .newline { lastNewline = end } else if kind != .space { break }
            index = end
        }
        return lastNewline
    }

    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)?`. Case folding takes ſ (U+017F) for s.
    private static func contractionEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
        guard start + 1 < text.count, text[start] == UInt8(ascii: "'") else { return start }
        func letter(_ offset: Int) -> UInt8 { start + offset < text.count ? text[start + offset] | 0x20 : 0 }
        switch letter(1) {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"): return letter(2) == UInt8(ascii: "e") ? start + 3 : start
        case UInt8(ascii: "l"): return letter(2) == UInt8(ascii: "l") ? start + 3 : start
        default:
            let isLongS = start + 2 < text.count && text[start + 1] == 0xC5 && text[start + 2] == 0xBF
            return isLongS ? start + 3 : start
        }
    }
}
