import Compute
import Foundation
import Inference
import TestSupport
import Testing
import Transformer

/// The model against transformers in fp32, position by position, layer by layer.
@Suite struct OracleTests {
    /// The oracle's own fp32 noise is 3e-5.
    static let tolerance: Float = 1e-3

    @Test("there are tiny models to hold the engine against")
    func thereAreModels() { #expect(TinyModel.all.count >= 5) }

    @Test("exact logits equal the oracle at every position", arguments: TinyModel.all)
    func logits(_ model: TinyModel) throws {
        let golden = try model.golden()
        let backend = try model.load()
        var index = 0
        while let ids = golden.integers("seq\(index).input_ids"), let logits = golden.floats("seq\(index).logits") {
            #expect(maximumDifference(try allLogits(backend, ids), logits) <= Self.tolerance, "seq\(index)")
            index += 1
        }
        #expect(index > 0)
    }

    @Test("hidden states equal the oracle after every layer", arguments: TinyModel.all)
    func hiddenStates(_ model: TinyModel) throws {
        let golden = try model.golden()
        let backend = try model.load()
        var compared = 0
        for index in 0..<16 {
            guard let ids = golden.integers("seq\(index).input_ids"), golden.shape("seq\(index).hidden.0") != nil
            else { continue }
            var hidden: [Int: [Float]] = [:]
            let sequence = try backend.makeSequence()
            _ = try sequence.reserve(totalTokens: ids.count)
            try backend.forward(
                [SequenceSlice(sequence: sequence, tokens: ids[...], logits: .none)],
                into: LogitRows(vocabularySize: backend.properties.vocabularySize)
            ) { layer, _, _, values in hidden[layer, default: []] += values }
            for layer in 0...backend.configuration.layerCount {
                let expected = try #require(golden.floats("seq\(index).hidden.\(layer)"))
                #expect(maximumDifference(hidden[layer] ?? [], expected) <= Self.tolerance, "layer \(layer)")
                compared += 1
            }
        }
        #expect(compared > 0)
    }

    /// The greatest difference over all positions and words. Random weights make the most of every rounding: over the
    /// tiny models it reaches 0.016 with f16 and 0.59 with 8 bits, of logits up to 12.
    @Test("smaller caches change logits by little", arguments: TinyModel.all, [CacheType.f16, .q8])
    func cacheTypes(_ model: TinyModel, _ type: CacheType) throws {
        let golden = try model.golden()
        let backend = try model.load(cacheType: type)
        var index = 0
        while let ids = golden.integers("seq\(index).input_ids"), let logits = golden.floats("seq\(index).logits") {
            let limit: Float = type == .q8 ? 0.8 : 0.03
            #expect(maximumDifference(try allLogits(backend, ids), logits) <= limit, "seq\(index)")
            index += 1
        }
        #expect(index > 0)
    }

    @Test("greedy tokens equal the oracle, with any cache type", arguments: TinyModel.all, CacheType.allCases)
    func greedyTokens(_ model: TinyModel, _ cacheType: CacheType) throws {
        let golden = try model.golden()
        let backend = try model.load(cacheType: cacheType)
        var index = 0
        while let prompt = golden.integers("greedy\(index).prompt"),
            let tokens = golden.integers("greedy\(index).tokens")
        {
            // Smaller caches may part where the oracle's first two logits are closer than their rounding.
            let margins = golden.floats("greedy\(index).margins") ?? []
            let limit: Float = cacheType == .q8 ? 0.8 : 0.05
            let sure = cacheType == .f32 ? tokens.count : margins.firstIndex { $0 < limit } ?? tokens.count
            #expect(try greedy(backend, prompt, count: tokens.count).prefix(sure) == tokens.prefix(sure))
            index += 1
        }
        #expect(index > 0)
    }
}
