import Generation
import Swiftlet
import TestSupport
import Testing

@Suite struct TinyModelTests {
    /// The whole way, from the folder to the ids: chunks, cache, LongRoPE's crossing, the draw.
    @Test(arguments: TestModels.tiny) func greedyIDsAreTheOracles(folder: String) async throws {
        let model = try await LanguageModel.load(
            folder, options: LoadOptions(threads: 2, cacheType: .f32, precision: .exact))
        let golden = try SafetensorsFile(path: "\(folder)/golden.safetensors")
        var index = 0
        while let prompt = golden.integers("greedy\(index).prompt"),
            let tokens = golden.integers("greedy\(index).tokens")
        {
            let completion = try await model.complete(
                prompt, options: GenerationOptions(maxTokens: tokens.count, ignoresEnd: true)
            ).completion()
            #expect(completion.tokens.map(\.id) == tokens, "greedy\(index)")
            index += 1
        }
        #expect(index > 0)
    }

    /// A GGUF file of the same model brings the same vocabulary, and runs with its weights as they are.
    @Test(arguments: ["phi3-base-f32.q8_0", "phi3-base-f32.q4_0", "llama-gqa-tied-bf16.q8_0"])
    func ggufFilesLoadAndRun(name: String) async throws {
        let golden = Golden.repository.appendingPathComponent("Tests/Golden")
        let model = try await LanguageModel.load(golden.appendingPathComponent("gguf/\(name).gguf").path)
        let folder = String(name.prefix { $0 != "." })
        let prompt = try SafetensorsFile(path: golden.appendingPathComponent("\(folder)/golden.safetensors").path)
            .integers("greedy0.prompt")
        let completion = try await model.complete(
            try #require(prompt), options: GenerationOptions(maxTokens: 8, ignoresEnd: true, logProbabilities: 2)
        ).completion()
        #expect(completion.tokens.count == 8)
        #expect(completion.tokens.allSatisfy { $0.logProbabilities?.top.first == $0.logProbabilities?.chosen })
    }

    @Test func aContextThatIsTooLongIsRefused() async throws {
        let folder = Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32").path
        await #expect(throws: LanguageModelError.contextTooLong(requested: 129, limit: 128)) {
            try await LanguageModel.load(folder, options: LoadOptions(contextTokens: 129))
        }
        let model = try await LanguageModel.load(folder, options: LoadOptions(contextTokens: 64))
        #expect(model.contextTokens == 64 && model.memory.modelContextTokens == 128 && !model.memory.isCapped)
    }
}
