public import Generation

/// The events of one turn of a conversation. The turn begins when the first event is asked for, and computes only
/// while somebody asks; a reader that goes away leaves what was said so far in the transcript.
public struct ChatStream: AsyncSequence, Sendable {
    public typealias Element = TextEvent

    let chat: ChatSession
    let request: ChatSession.Request

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private let stream: ChatStream
        private var running: (turn: Int, events: TextStream.AsyncIterator)?

        init(stream: ChatStream) { self.stream = stream }

        public mutating func next() async throws -> TextEvent? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> TextEvent? {
            if running == nil {
                let (turn, stream) = try await stream.chat.start(stream.request)
                running = (turn, stream.makeAsyncIterator())
            }
            let event = try await running?.events.next(isolation: actor)
            if case .finished(let completion)? = event, let turn = running?.turn {
                await stream.chat.finish(turn: turn, completion)
            }
            return event
        }
    }

    /// Reads to the end.
    public func completion() async throws -> Completion {
        for try await event in self {
            if case .finished(let completion) = event { return completion }
        }
        throw GenerationError.superseded
    }
}

/// An answer's text, piece by piece.
public struct ResponseStream: AsyncSequence, Sendable {
    public typealias Element = String

    let events: ChatStream

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(events: events.makeAsyncIterator()) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        var events: ChatStream.AsyncIterator

        public mutating func next() async throws -> String? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> String? {
            while let event = try await events.next(isolation: actor) {
                if case .text(let delta) = event { return delta.text }
            }
            return nil
        }
    }
}
