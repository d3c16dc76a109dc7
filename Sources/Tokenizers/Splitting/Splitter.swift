/// How a byte-level tokenizer cuts a text into words before merging; no pair merges across a cut.
///
/// Each case is a regular expression of the reference, written as a scanner over Unicode scalars: its time is linear
/// whatever the text, and no file can bring an expression of its own.
package enum Splitter: Sendable, Equatable {
    /// No cut at all.
    case whole
    /// ``GPT2Splitter``
    case gpt2
    /// Each number character alone, ``GPT2Splitter`` between them.
    case digitsThenGPT2
    /// ``O200kSplitter``
    case o200k

    /// The words of a text.
    package func words(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        var words: [String] = []
        forEachWord(in: bytes.span) { words.append(String(decoding: bytes[$0], as: UTF8.self)) }
        return words
    }

    /// Calls `body` with the range of each word, in order; the ranges cover the text.
    func forEachWord(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) {
        switch self {
        case .whole:
            if !text.isEmpty { body(0..<text.count) }
        case .gpt2:
            Self.scan(text, 0..<text.count, GPT2Splitter.wordEnd, body)
        case .o200k:
            Self.scan(text, 0..<text.count, O200kSplitter.wordEnd, body)
        case .digitsThenGPT2:
            var start = 0
            var index = 0
            while index < text.count {
                let (scalar, end) = text.scalar(at: index)
                if CharacterClass(scalar) == .number {
                    Self.scan(text, start..<index, GPT2Splitter.wordEnd, body)
                    body(index..<end)
                    start = end
                }
                index = end
            }
            Self.scan(text, start..<text.count, GPT2Splitter.wordEnd, body)
        }
    }

    @inline(__always)
    private static func scan(
        _ text: Span<UInt8>, _ range: Range<Int>, _ wordEnd: (Span<UInt8>, Int) -> Int, _ body: (Range<Int>) -> Void
    ) {
        let text = text.extracting(0..<range.upperBound)
        var start = range.lowerBound
        while start < range.upperBound {
            let end = wordEnd(text, start)
            body(start..<end)
            start = end
        }
    }
}

extension Span<UInt8> {
    @inline(__always)
    func characterClass(at index: Int) -> (kind: CharacterClass, end: Int) {
        let (scalar, end) = scalar(at: index)
        return (CharacterClass(scalar), end)
    }

    /// The end of the longest run from `start` of scalars whose class satisfies the condition.
    @inline(__always)
    func endOfRun(from start: Int, while condition: (CharacterClass) -> Bool) -> Int {
        var index = start
        while index < count {
            let (kind, end) = characterClass(at: index)
            guard condition(kind) else { break }
            index = end
        }
        return index
    }

    /// `\s+(?!\S)|\s+`: a run of white space, without its last scalar where a word follows and more than one is there.
    func endOfWhitespace(from start: Int) -> Int {
        var last = start
        var index = start
        while index < count {
            let (kind, end) = characterClass(at: index)
            guard kind.isWhitespace else { break }
            last = index
            index = end
        }
        return index == count || last == start ? index : last
    }
}
