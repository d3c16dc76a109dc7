/// What happens while an answer is made.
public enum TextEvent: Sendable, Equatable {
    /// A chunk of the prompt went through the model.
    case prefill(PrefillProgress)
    /// New text.
    case text(TextDelta)
    /// The last event: the whole answer.
    case finished(Completion)
}

/// A piece of the answer's text. No character and no stop string is ever cut, so a piece may stem from several tokens.
public struct TextDelta: Sendable, Equatable {
    public let text: String
    /// The tokens that brought the text.
    public let tokens: [GeneratedToken]

    public init(text: String, tokens: [GeneratedToken]) {
        self.text = text
        self.tokens = tokens
    }
}

/// An answer as it is made: each call of `next()` computes just as far as the next event.
///
/// Nothing runs while nobody asks, so a slow reader needs no buffer, and a reader that goes away leaves nothing
/// behind. When the task is cancelled, the stream ends within a token or a chunk of the prompt, with
/// ``TextEvent/finished(_:)`` and ``FinishReason/cancelled``. One answer is made at a time: iterating twice goes on
/// where the first iterator stopped.
public struct TextStream: AsyncSequence, Sendable {
    public typealias Element = TextEvent
    public typealias Failure = GenerationError

    let session: GenerationSession
    let answer: Int

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let stream: TextStream
        private var isOver = false

        init(stream: TextStream) { self.stream = stream }

        public mutating func next() async throws(GenerationError) -> TextEvent? {
            try await next(isolation: nil)
        }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(GenerationError) -> TextEvent? {
            guard !isOver else { return nil }
            isOver = true  // holds if the next line throws
            let event = try await stream.session.nextEvent(ofAnswer: stream.answer)
            if case .finished = event { return event }
            isOver = event == nil
            return event
        }
    }

    /// Reads to the end.
    public func completion() async throws(GenerationError) -> Completion {
        for try await event in self {
            if case .finished(let completion) = event { return completion }
        }
        throw .superseded
    }
}
