import Foundation
import Generation
import Swiftlet
import TestSupport
import Testing
import Tokenizers
import UntrustedInput

@Suite(.serialized, .enabled(if: TestModels.smolLM2 != nil, "\(TestModels.whereSmolLM2Is)"))
struct SmolLM2Tests {
    private static let shared = Task {
        try await LanguageModel.load(try #require(TestModels.smolLM2), options: LoadOptions(contextTokens: 1_024))
    }

    private func load() async throws -> LanguageModel { try await Self.shared.value }

    @Test func loadsWithAllThatChattingNeeds() async throws {
        let progress = ProgressLog()
        let model = try await LanguageModel.load(try #require(TestModels.smolLM2)) { progress.add($0.fraction) }
        #expect(model.vocabularySize == 49_152)
        #expect(model.chatFormat != nil)
        #expect(model.endTokens.isSuperset(of: [2]))
        #expect(model.contextTokens == 8_192)
        #expect(progress.values.last == 1 && progress.values == progress.values.sorted())
    }

    private func integers(_ json: JSON?) -> [Int] { (json?.array ?? []).compactMap { $0.integer } }

    /// The ids are the oracle's wherever its choice is clear; below a margin of 0.5 quantised activations may differ.
    @Test(
        .enabled(
            if: Golden.path("smollm2-135m/greedy.jsonl") != nil, "needs the golden data: smollm2-135m/greedy.jsonl"))
    func greedyIDsAreTheOraclesWhereItIsSure() async throws {
        let model = try await load()
        // One session: of each prompt only what the one before did not have is computed.
        let session = try model.makeSession()
        let file = try #require(Golden.path("smollm2-135m/greedy.jsonl"))
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            let json = try JSON(parsing: String(line), file: file)
            let prompt = integers(json["prompt_ids"])
            let oracle = integers(json["hf_fp32"]?["tokens"])
            let margins = (json["hf_fp32"]?["margins"]?.array ?? []).compactMap { $0.double }
            try #require(!prompt.isEmpty && !oracle.isEmpty && margins.count == oracle.count)
            // Each stretch of clear choices, begun behind the oracle's own ids, so that no unclear one ends the test.
            var start = 0
            var compared = 0
            while start < oracle.count {
                let count = margins[start...].prefix { $0 >= 0.5 }.count
                if count > 0 {
                    let completion = try await session.stream(
                        prompt: prompt + oracle[..<start],
                        options: GenerationOptions(maxTokens: count, ignoresEnd: true), endTokens: [],
                        decoder: StreamDecoder(model.tokenizer)
                    ).completion()
                    #expect(completion.tokens.map(\.id) == Array(oracle[start..<start + count]))
                }
                compared += count
                start += count + 1
                if compared > 32 { break }
            }
        }
    }

    @Test(
        .enabled(
            if: Golden.path("smollm2-135m/greedy.jsonl") != nil, "needs the golden data: smollm2-135m/greedy.jsonl"))
    func chatPromptsAreTheTemplates() async throws {
        let model = try await load()
        let path = try #require(Golden.path("smollm2-135m/greedy.jsonl"))
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let json = try JSON(parsing: String(line), file: path)
            guard let messages = json["messages"]?.array else { continue }
            let parsed = try messages.map { message in
                ChatMessage(
                    role: try #require(message["role"]?.string),
                    content: message["content"]?.string ?? "")
            }
            #expect(try model.encode(parsed) == integers(json["prompt_ids"]))
        }
    }

    @Test func threeTurnsComputeOnlyNewTokens() async throws {
        let chat = try ChatSession(model: try await load(), options: GenerationOptions(maxTokens: 24))
        var before = 0
        for question in ["What is the capital of France?", "Which river runs through it?", "Is it long?"] {
            let completion = try await chat.streamEvents(to: question).completion()
            #expect(!completion.text.isEmpty)
            // All but the last token of the answer is in the cache.
            #expect(completion.usage.cachedTokens == max(0, before - 1))
            before = completion.usage.promptTokens + completion.usage.generatedTokens
        }
        #expect(await chat.history.count == 6)
        #expect(await chat.transcript.ids.count == before)
    }

    @Test func aSeedRepeatsAnAnswer() async throws {
        let model = try await load()
        let prompt = try model.encode([.user("Invent a name for a cat.")])
        let options = GenerationOptions(temperature: 1, topP: 0.95, seed: 7, maxTokens: 16)
        let first = try await model.complete(prompt, options: options).completion()
        let second = try await model.complete(prompt, options: options).completion()
        #expect(first.tokens == second.tokens && first.text == second.text)
    }
}

/// What a progress callback was told.
private final class ProgressLog: @unchecked Sendable {
    private let lock = NSLock()
    private var log: [Double] = []

    func add(_ value: Double) { lock.withLock { log.append(value) } }
    var values: [Double] { lock.withLock { log } }
}
