/// Finds added tokens in a text: leftmost first, of several at one place the longest.
///
/// Contents are hashed by length, so a place costs one probe for each length that begins with its byte, and memory is
/// linear in the file. ``Limits/addedTokenBytes`` bounds the probes.
struct AddedTokenMatcher: Sendable {
    private var tokens: [AddedToken] = []
    private var contents = Vocabulary()
    /// By first byte: the lengths of contents that begin with it, longest first.
    private var lengths: [[Int]] = Array(repeating: [], count: 256)

    var isEmpty: Bool { tokens.isEmpty }

    /// - Parameter content: what is looked for: the token's content, normalised where it asks for that.
    mutating func add(_ token: AddedToken, content: [UInt8]) {
        guard let first = content.first, contents.insert(content.span, id: tokens.count) == .inserted else { return }
        tokens.append(token)
        if !lengths[Int(first)].contains(content.count) {
            lengths[Int(first)].append(content.count)
            lengths[Int(first)].sort(by: >)
        }
    }

    struct Match {
        let token: AddedToken
        /// With the white space that the token swallows.
        let range: Range<Int>
    }

    /// The first match at or after `start`.
    ///
    /// - Parameters:
    ///   - start: where the last match ended; white space before it is taken.
    ///   - permits: whether a token may be matched at these bytes.
    func firstMatch(
        in text: Span<UInt8>, from start: Int, permits: (AddedToken, Range<Int>) -> Bool
    ) -> Match? {
        for position in start..<text.count {
            for length in lengths[Int(text[position])] where length <= text.count - position {
                let range = position..<position + length
                guard let index = contents.id(of: text.extracting(range)) else { continue }
                let token = tokens[index]
                guard permits(token, range), !token.isSingleWord || standsAlone(range, in: text) else { continue }
                return Match(token: token, range: widened(range, for: token, in: text, from: start))
            }
        }
        return nil
    }

    private func widened(_ range: Range<Int>, for token: AddedToken, in text: Span<UInt8>, from start: Int) -> Range<
        Int
    > {
        var lower = range.lowerBound
        var upper = range.upperBound
        while token.stripsLeft, lower > start {
            let (scalar, first) = text.scalar(endingAt: lower)
            guard first >= start, CharacterClass(scalar).isWhitespace else { break }
            lower = first
        }
        while token.stripsRight, upper < text.count {
            let (scalar, end) = text.scalar(at: upper)
            guard CharacterClass(scalar).isWhitespace else { break }
            upper = end
        }
        return lower..<upper
    }

    private func standsAlone(_ range: Range<Int>, in text: Span<UInt8>) -> Bool {
        if range.lowerBound > 0, text.scalar(endingAt: range.lowerBound).scalar.isWordCharacter { return false }
        return range.upperBound == text.count || !text.scalar(at: range.upperBound).scalar.isWordCharacter
    }
}

extension Unicode.Scalar {
    /// UTS #18 `\w`: alphabetic, mark, decimal digit, connector punctuation, join control.
    fileprivate var isWordCharacter: Bool {
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }
}
