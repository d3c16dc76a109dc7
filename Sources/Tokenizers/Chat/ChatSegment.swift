/// A part of a rendered conversation, by who wrote it.
public enum ChatSegment: Sendable, Equatable {
    /// The format's own text: control tokens in it are matched.
    case control(String)
    /// A message's text: plain, whatever it holds.
    case text(String)

    public var string: String {
        switch self {
        case .control(let string), .text(let string): string
        }
    }
}

extension Tokenizer {
    /// The ids of a rendered conversation.
    ///
    /// The segments are encoded as one text, as the reference does (white space after a token goes with it, words reach
    /// across a segment's end), save that control tokens are matched in ``ChatSegment/control(_:)`` only.
    public func encode(_ segments: [ChatSegment]) -> [Int] {
        var text: [UInt8] = []
        var control: [Range<Int>] = []
        for segment in segments {
            let start = text.count
            text += Array(segment.string.utf8)
            guard case .control = segment, text.count > start else { continue }
            if let last = control.last, last.upperBound == start {
                control[control.count - 1] = last.lowerBound..<text.count
            } else {
                control.append(start..<text.count)
            }
        }
        return encode(text, control: .within(control))
    }
}
