/// The text side of an answer: decodes tokens, holds back what may become a stop string, collects the whole.
struct AnswerText: Sendable {
    private(set) var text = ""
    private(set) var tokens: [GeneratedToken] = []
    private(set) var stopString: String?

    private var decoder: any TextDecoder
    private var stops: StopDetector
    /// Tokens whose text was not given out yet.
    private var waiting: [GeneratedToken] = []
    private var isFinished = false

    init(decoder: any TextDecoder, stopStrings: [String]) {
        self.decoder = decoder
        stops = StopDetector(stopStrings: stopStrings)
    }

    /// Takes the next token.
    ///
    /// - Parameter isEnd: it ends the answer and is no part of the text.
    /// - Returns: the text that can be given out now, if any.
    mutating func append(_ token: GeneratedToken, isEnd: Bool) -> TextDelta? {
        tokens.append(token)
        guard !isEnd else { return nil }
        waiting.append(token)
        guard let piece = decoder.append(token.id) else { return nil }
        return release(piece)
    }

    /// What is left once the answer has ended: held-back text, a character that never became whole. Given once.
    mutating func finish() -> TextDelta? {
        guard stopString == nil, !isFinished else { return nil }
        isFinished = true
        let first = decoder.finish().flatMap { release($0) }
        guard stopString == nil else { return first }
        let rest = stops.finish()
        text += rest
        let whole = (first?.text ?? "") + rest
        return whole.isEmpty ? nil : TextDelta(text: whole, tokens: (first?.tokens ?? []) + waiting)
    }

    private mutating func release(_ piece: String) -> TextDelta? {
        let output = stops.append(piece)
        stopString = output.match
        guard !output.text.isEmpty else { return nil }
        text += output.text
        defer { waiting.removeAll(keepingCapacity: true) }
        return TextDelta(text: output.text, tokens: waiting)
    }
}
