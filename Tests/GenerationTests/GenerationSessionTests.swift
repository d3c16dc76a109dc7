import Generation
import Testing

/// Gives the letter of each id, "a" for 0; "é" takes two tokens: 30 and 31.
private struct LetterDecoder: TextDecoder {
    private var hasHalf = false

    mutating func append(_ id: Int) -> String? {
        defer { hasHalf = id == 30 }
        if id == 30 { return nil }
        if id == 31, hasHalf { return "é" }
        return String(UnicodeScalar(UInt8(97 + id % 26)))
    }

    mutating func finish() -> String? {
        defer { hasHalf = false }
        return hasHalf ? "\u{FFFD}" : nil
    }
}

@Suite struct GenerationSessionTests {
    /// A model that says the given ids one after another, then 0 for ever; its prompt is one token.
    private func parrot(_ ids: [Int], chunk: Int = 8) -> MockBackend {
        MockBackend(chunk: chunk) { tokens in
            var row = [Float](repeating: 0, count: 32)
            row[tokens.count <= ids.count ? ids[tokens.count - 1] : 0] = 1
            return row
        }
    }

    private func events(_ ids: [Int], _ options: GenerationOptions, end: Set<Int> = [29]) async throws -> [TextEvent] {
        let session = try GenerationSession(backend: parrot(ids))
        let stream = try await session.stream(prompt: [1], options: options, endTokens: end, decoder: LetterDecoder())
        var events: [TextEvent] = []
        for try await event in stream { events.append(event) }
        return events
    }

    private func texts(_ events: [TextEvent]) -> [String] {
        events.compactMap { if case .text(let delta) = $0 { delta.text } else { nil } }
    }

    private func completion(_ events: [TextEvent]) throws -> Completion {
        guard case .finished(let completion)? = events.last else { throw GenerationError.superseded }
        return completion
    }

    @Test func streamsTextAndEndsWithTheWhole() async throws {
        let events = try await events([2, 30, 31, 3, 29], .greedy)
        #expect(texts(events) == ["c", "é", "d"])
        let whole = try completion(events)
        #expect(whole.text == "céd")
        #expect(whole.tokens.map(\.id) == [2, 30, 31, 3, 29])
        #expect(whole.finishReason == .stop && whole.stopString == nil)
        #expect(events.first == .prefill(PrefillProgress(completed: 1, total: 1)))
    }

    @Test func stopStringsAreHeldBackAcrossTokens() async throws {
        let stopped = try await events([2, 3, 4, 5, 6], GenerationOptions(stopStrings: ["def"]))
        #expect(texts(stopped) == ["c"])
        #expect(try completion(stopped).stopString == "def")
        #expect(try completion(stopped).text == "c")

        let almost = try await events([2, 3, 4, 6, 29], GenerationOptions(stopStrings: ["def"]))
        #expect(texts(almost) == ["c", "deg"])
        let cut = try await events([2, 3, 4], GenerationOptions(maxTokens: 3, stopStrings: ["def"]))
        #expect(texts(cut) == ["c", "de"])
        #expect(try completion(cut).finishReason == .length)
        let both = try await events([2, 3, 4], GenerationOptions(maxTokens: 3, stopStrings: ["de"]))
        #expect(try completion(both).finishReason == .stop)
    }

    @Test func halfACharacterIsGivenOutOnlyAtTheEnd() async throws {
        let events = try await events([2, 30], GenerationOptions(maxTokens: 2))
        #expect(texts(events) == ["c", "\u{FFFD}"])
        #expect(try completion(events).text == "c\u{FFFD}")
    }

    @Test func cancellationEndsBetweenChunks() async throws {
        let backend = parrot([1], chunk: 1)
        let session = try GenerationSession(backend: backend)
        let (third, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            let stream = try await session.stream(
                prompt: Array(repeating: 1, count: 500), options: .greedy, endTokens: [], decoder: LetterDecoder())
            var last: TextEvent?
            for try await event in stream {
                last = event
                guard case .prefill(let progress) = event, progress.completed == 3 else { continue }
                signal.finish()
                try? await Task.sleep(for: .seconds(60))  // until it is cancelled
            }
            return last
        }
        for await _ in third {}
        task.cancel()
        guard case .finished(let completion)? = try await task.value else {
            Issue.record("no summary")
            return
        }
        #expect(completion.finishReason == .cancelled)
        #expect(backend.chunks.count == 3)
        #expect(await session.tokens.count == 500)
    }

    @Test func nothingRunsOnceNobodyReads() async throws {
        let backend = parrot([1, 2, 3])
        let session = try GenerationSession(backend: backend)
        let stream = try await session.stream(prompt: [1], options: .greedy, endTokens: [], decoder: LetterDecoder())
        for try await event in stream { if case .text = event { break } }
        let count = backend.chunks.count
        try await Task.sleep(for: .milliseconds(20))
        #expect(backend.chunks.count == count)
    }

    @Test func aNewAnswerSupersedesTheOldOne() async throws {
        let session = try GenerationSession(backend: parrot([1, 2, 3]))
        let first = try await session.stream(prompt: [1], options: .greedy, endTokens: [], decoder: LetterDecoder())
        var iterator = first.makeAsyncIterator()
        _ = try await iterator.next()
        let second = try await session.stream(
            prompt: [1], options: GenerationOptions(maxTokens: 2), endTokens: [], decoder: LetterDecoder())
        await #expect(throws: GenerationError.superseded) { try await iterator.next() }
        #expect(try await iterator.next() == nil)
        #expect(try await second.completion().text == "bc")
    }

    @Test func truncationKeepsTheCache() async throws {
        let backend = MockBackend()
        let session = try GenerationSession(backend: backend)
        let prompt = Array(0..<20)
        let options = GenerationOptions(maxTokens: 3)
        let first = try await session.stream(prompt: prompt, options: options, endTokens: [], decoder: LetterDecoder())
            .completion()
        await session.truncate(to: 18)
        #expect(await session.tokens == Array(0..<18))
        let second = try await session.stream(prompt: prompt, options: options, endTokens: [], decoder: LetterDecoder())
            .completion()
        #expect(second.tokens == first.tokens)
        #expect(second.usage.cachedTokens == 18)
    }

    @Test func manySessionsRunAtOnce() async throws {
        let backend = MockBackend()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let prompt = Array(repeating: index, count: 10 + index)
                    let completion = try await GenerationSession(backend: backend).stream(
                        prompt: prompt, options: GenerationOptions(maxTokens: 20), endTokens: [],
                        decoder: LetterDecoder()
                    ).completion()
                    #expect(completion.tokens.map(\.id) == backend.greedy(prompt, count: 20))
                }
            }
            try await group.waitForAll()
        }
    }
}
