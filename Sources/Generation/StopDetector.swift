/// Finds stop strings in text that arrives in pieces, however the pieces cut them.
///
/// Each stop string is a Knuth–Morris–Pratt automaton ("Fast Pattern Matching in Strings", 1977,
/// doi:10.1137/0206024) over UTF-8 bytes; its state is the length of the longest end of the text that begins it, and
/// so the longest of the states is what must be held back. The stop string that is complete first wins, the longest
/// of several that end at the same byte: what is found does not depend on how the text was cut.
///
/// - Complexity: O(bytes × stop strings), whatever the text.
public struct StopDetector: Sendable {
    /// What one piece of text brought.
    public struct Output: Sendable, Equatable {
        /// Text that can be given out.
        public let text: String
        /// The stop string that ended the text; neither it nor anything behind it is in `text`.
        public let match: String?
    }

    private var automata: [Automaton]
    /// Bytes that may be the beginning of a stop string.
    private var held: [UInt8] = []

    /// - Parameter stopStrings: none of them empty.
    public init(stopStrings: [String]) {
        automata = stopStrings.filter { !$0.isEmpty }.map(Automaton.init)
    }

    /// Takes the next piece of text. Nothing must follow a match.
    public mutating func append(_ piece: String) -> Output {
        guard !automata.isEmpty else { return Output(text: piece, match: nil) }
        for byte in piece.utf8 {
            held.append(byte)
            var match: Automaton?
            for index in automata.indices where automata[index].advance(byte) {
                if automata[index].pattern.count > match?.pattern.count ?? 0 { match = automata[index] }
            }
            if let match { return Output(text: release(keeping: match.pattern.count), match: match.text) }
        }
        return Output(text: release(keeping: automata.reduce(0) { max($0, $1.state) }), match: nil)
    }

    /// The text still held back, once no more follows.
    public mutating func finish() -> String {
        defer { held.removeAll() }
        return String(decoding: held, as: UTF8.self)
    }

    /// A stop string begins with the first byte of a character, so that the cut never falls inside one.
    private mutating func release(keeping count: Int) -> String {
        let end = held.count - count
        let text = String(decoding: held[..<end], as: UTF8.self)
        held.removeFirst(end)
        return text
    }
}

/// One stop string and how much of it the text ends with.
private struct Automaton: Sendable {
    let text: String
    let pattern: [UInt8]
    /// `fallback[n]`: length of the longest proper beginning of the pattern that also ends its first n bytes.
    private let fallback: [Int]
    private(set) var state = 0

    init(_ text: String) {
        self.text = text
        pattern = Array(text.utf8)
        var fallback = [0, 0]
        var length = 0
        for index in 1..<max(1, pattern.count) {
            while length > 0, pattern[index] != pattern[length] { length = fallback[length] }
            if pattern[index] == pattern[length] { length += 1 }
            fallback.append(length)
        }
        self.fallback = fallback
    }

    /// True when the text now ends with the whole pattern.
    mutating func advance(_ byte: UInt8) -> Bool {
        if state == pattern.count { state = fallback[state] }
        while state > 0, byte != pattern[state] { state = fallback[state] }
        if byte == pattern[state] { state += 1 }
        return state == pattern.count
    }
}
