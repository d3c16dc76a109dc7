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
}
