import Generation
import Inference
import Testing

@Suite struct TokenGeneratorTests {
    /// Ids of a greedy answer.
    private func answer(
        _ generator: inout TokenGenerator, count: Int, endTokens: Set<Int> = []
    ) throws -> [Int] {
        try generator.begin(options: GenerationOptions(maxTokens: count), endTokens: endTokens)
        var ids: [Int] = []
        while let token = try generator.nextToken() { ids.append(token.id) }
        return ids
    }

    @Test(arguments: [1, 3, 8, 100]) func chunksDoNotChangeTheAnswer(chunk: Int) throws {
        let backend = MockBackend(chunk: chunk)
        let prompt = Array(0..<21)
        var generator = try TokenGenerator(backend: backend)
        try generator.append(prompt)
        #expect(try answer(&generator, count: 10) == backend.greedy(prompt, count: 10))
        #expect(generator.finishReason == .length)
        #expect(generator.usage.promptTokens == 21 && generator.usage.generatedTokens == 10)
        #expect(backend.chunks.prefix((20 + chunk) / chunk).reduce(0, +) == 21)
        #expect(backend.chunks.count == (20 + chunk) / chunk + 9, "the last token is not computed")
    }

    @Test func progressTellsEveryChunk() throws {
        var generator = try TokenGenerator(backend: MockBackend(chunk: 8))
        try generator.append(Array(0..<20))
        try generator.begin(options: .greedy, endTokens: [])
        var told: [PrefillProgress] = []
        _ = try generator.nextToken { told.append($0) }
        #expect(told.map(\.completed) == [8, 16, 20])
        #expect(told.allSatisfy { $0.total == 20 })
    }

    @Test func aCommonBeginningIsComputedOnce() throws {
        let backend = MockBackend(chunk: 100)
        var generator = try TokenGenerator(backend: backend)
        try generator.setPrompt(Array(0..<20))
        let first = try answer(&generator, count: 4)
        let next = Array(0..<20) + first + [7, 7, 7]
        backend.forgetChunks()
        try generator.setPrompt(next)
        #expect(try answer(&generator, count: 2) == backend.greedy(next, count: 2))
        #expect(backend.chunks == [4, 1], "the last token of the answer and the three new ones, then one")
        #expect(generator.usage.cachedTokens == 23)

        let other = Array(0..<10) + [30]
        backend.forgetChunks()
        try generator.setPrompt(other)
        #expect(try answer(&generator, count: 1) == backend.greedy(other, count: 1))
        #expect(backend.chunks == [1])
        #expect(generator.usage.cachedTokens == 10)

        backend.forgetChunks()
        try generator.setPrompt(other)
        #expect(try answer(&generator, count: 1) == backend.greedy(other, count: 1))
        try generator.setPrompt(Array(other.prefix(5)))
        #expect(try answer(&generator, count: 1) == backend.greedy(Array(other.prefix(5)), count: 1))
        #expect(backend.chunks == [1, 1], "the same or a shorter prompt runs its last token again")
    }

    @Test(arguments: [5, 11, 12, 13, 19]) func crossingIsExactWhereverItFalls(promptCount: Int) throws {
        let backend = MockBackend(chunk: 4, crossing: 12)
        let prompt = Array(0..<promptCount)
        var generator = try TokenGenerator(backend: backend)
        try generator.append(prompt)
        #expect(try answer(&generator, count: 12) == backend.greedy(prompt, count: 12))
        // And back below it.
        let short = Array(prompt.prefix(6))
        try generator.setPrompt(short)
        #expect(try answer(&generator, count: 3) == backend.greedy(short, count: 3))
    }

    @Test func stopsAtEndTokensAndGoesOnBehindThem() throws {
        let backend = MockBackend(vocabularySize: 8) { tokens in (0..<8).map { $0 == tokens.count % 8 ? 1 : 0 } }
        var generator = try TokenGenerator(backend: backend)
        try generator.append([0, 0])
        #expect(try answer(&generator, count: 100, endTokens: [5]) == [2, 3, 4, 5])
        #expect(generator.finishReason == .stop)
        #expect(generator.tokens == [0, 0, 2, 3, 4, 5])
        #expect(try generator.nextToken() == nil)

        try generator.setPrompt([0, 0])
        try generator.begin(
            options: GenerationOptions(maxTokens: 100, stopTokens: [1], ignoresEnd: true), endTokens: [5])
        var ids: [Int] = []
        while let token = try generator.nextToken() { ids.append(token.id) }
        #expect(ids == [2, 3, 4, 5, 6, 7, 0, 1])
    }

    @Test func theContextEndsTheAnswer() throws {
        let backend = MockBackend(contextTokens: 12)
        var generator = try TokenGenerator(backend: backend)
        try generator.append(Array(0..<10))
        #expect(try answer(&generator, count: 100).count == 2)
        #expect(generator.finishReason == .context)
        #expect(throws: GenerationError.inference(.contextExceeded(requested: 13, limit: 12))) {
            try generator.setPrompt(Array(0..<13))
        }
        #expect(generator.tokens.count == 12, "a refused prompt changes nothing")
    }

    @Test func wrongPromptsAreErrors() throws {
        var generator = try TokenGenerator(backend: MockBackend())
        try generator.begin(options: .greedy, endTokens: [])
        #expect(throws: GenerationError.emptyPrompt) { try generator.nextToken() }
        for id in [-1, 32] {
            #expect(throws: GenerationError.inference(.tokenOutOfRange(id: id, vocabularySize: 32))) {
                try generator.append([1, id])
            }
        }
        #expect(throws: GenerationError.self) {
            try generator.begin(options: GenerationOptions(temperature: 9), endTokens: [])
        }
    }

    @Test func logProbabilitiesComeWithTheTokens() throws {
        var generator = try TokenGenerator(backend: MockBackend())
        try generator.append([1, 2, 3])
        try generator.begin(options: GenerationOptions(logitBias: [4: 100], logProbabilities: 3), endTokens: [])
        let token = try #require(try generator.nextToken())
        let report = try #require(token.logProbabilities)
        #expect(token.id == 4 && report.chosen.id == 4)
        #expect(report.top.count == 3)
        #expect(report.top[0].logProbability >= report.chosen.logProbability, "raw: the bias is not in them")
    }
}
