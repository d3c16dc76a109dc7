import Checkpoints
import Foundation
import TestSupport
import Testing
import Transformer
import UntrustedInput

/// `config.json` of the committed tiny models, whole and with single fields changed.
@Suite struct ConfigurationTests {
    private static let golden = Golden.repository.appendingPathComponent("Tests/Golden").path

    /// The configuration of a committed model after a change to its `config.json`.
    private func read(
        _ model: String = "phi3-base-f32", _ change: (inout [String: Any]) -> Void = { _ in }
    ) throws -> ModelConfiguration {
        let folder = try PatchedFolder(of: "\(Self.golden)/\(model)")
        try folder.patch("config.json", change)
        return try ModelConfiguration(try Checkpoint.open(folder.path))
    }

    private func refusal(
        _ model: String = "phi3-base-f32", _ change: (inout [String: Any]) -> Void
    ) -> InputError? {
        do {
            _ = try read(model, change)
            return nil
        } catch {
            return error as? InputError
        }
    }

    @Test("a Phi-3 configuration")
    func phi3() throws {
        let configuration = try read()
        #expect(configuration.architecture == .phi3)
        #expect(configuration.hiddenSize == configuration.headCount * configuration.headSize)
        #expect(configuration.rotaryDimensions == configuration.headSize)
        #expect(configuration.ropeScaling == nil && configuration.slidingWindow == nil)
        #expect(!configuration.tiedEmbeddings && !configuration.isQueryKeyInterleaved)
        #expect(!configuration.endTokens.isEmpty)
    }

    @Test("grouped heads, tied embeddings, partial rotation, windows and LongRoPE")
    func variants() throws {
        let llama = try read("llama-gqa-tied-bf16")
        #expect(llama.architecture == .llama && llama.tiedEmbeddings && llama.keyValueHeadCount < llama.headCount)
        #expect(try read("phi3-gqa-window8-bf16").slidingWindow == 8)
        let phi4 = try read("phi4mini-like-bf16")
        #expect(phi4.rotaryDimensions < phi4.headSize && phi4.ropeScaling != nil)
        let long = try #require(try read("phi3-longrope-f16").ropeScaling)
        #expect(long.shortFactors.count == long.longFactors.count && long.attentionFactor > 1)
    }

    @Test("the attention factor is the formula's, or what the file says")
    func attentionFactor() throws {
        let change: (inout [String: Any]) -> Void = {
            $0["max_position_embeddings"] = 131_072
            $0["original_max_position_embeddings"] = 4_096
        }
        let formula = try #require(try read("phi3-longrope-f16", change).ropeScaling).attentionFactor
        #expect(abs(formula - (1.0 + 5.0 / 12.0).squareRoot()) < 1e-12)
        let stated = try read("phi3-longrope-f16") {
            var scaling = $0["rope_scaling"] as? [String: Any] ?? [:]
            scaling["attention_factor"] = 1.25
            $0["rope_scaling"] = scaling
        }
        #expect(stated.ropeScaling?.attentionFactor == 1.25)
        let short = try read("phi3-longrope-f16") {
            $0["max_position_embeddings"] = $0["original_max_position_embeddings"]
        }
        #expect(short.ropeScaling?.attentionFactor == 1)
    }

    @Test("older names and the layout of transformers 5 mean the same")
    func spellings() throws {
        let reference = try read("phi3-longrope-f16")
        for type in ["su", "yarn"] {
            let renamed = try read("phi3-longrope-f16") {
                var scaling = $0["rope_scaling"] as? [String: Any] ?? [:]
                scaling["type"] = type
                scaling["rope_type"] = nil
                $0["rope_scaling"] = scaling
            }
            #expect(renamed.ropeScaling == reference.ropeScaling)
        }
        let nested = try read("phi3-longrope-f16") {
            var parameters = $0["rope_scaling"] as? [String: Any] ?? [:]
            parameters["rope_type"] = "longrope"
            parameters["rope_theta"] = $0["rope_theta"]
            parameters["partial_rotary_factor"] = 1.0
            parameters["original_max_position_embeddings"] = $0["original_max_position_embeddings"]
            for key in ["rope_scaling", "rope_theta", "original_max_position_embeddings"] { $0[key] = nil }
            $0["rope_parameters"] = parameters
        }
        #expect(nested.ropeScaling == reference.ropeScaling && nested.ropeTheta == reference.ropeTheta)
    }

    @Test("end tokens are the union of both files")
    func endTokens() throws {
        let folder = try PatchedFolder(of: "\(Self.golden)/phi3-base-f32")
        try folder.patch("config.json") { $0["eos_token_id"] = 7 }
        try folder.write(["eos_token_id": [9, 7, 8]], to: "generation_config.json")
        #expect(try ModelConfiguration(try Checkpoint.open(folder.path)).endTokens == [7, 8, 9])
    }

    @Test(
        "architectures that are not run are refused by name, with the list of those that are",
        arguments: ["Phi3SmallForCausalLM", "PhiMoEForCausalLM", "Phi3VForCausalLM", "MistralForCausalLM"])
    func unsupportedArchitectures(_ name: String) throws {
        let error = refusal { $0["architectures"] = [name] }
        guard case .unsupported(_, "architectures", let found, let supported) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == "\"\(name)\"" && supported == ["LlamaForCausalLM", "Phi3ForCausalLM"])
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let field: String
        let json: String
        var model = "phi3-base-f32"
        var testDescription: String { "\(field) = \(json)" }
    }

    static let bad: [Change] = [
        Change(field: "architectures[0]", json: "[1]"), Change(field: "hidden_size", json: "0"),
        Change(field: "hidden_size", json: "65537"), Change(field: "hidden_size", json: "\"64\""),
        Change(field: "num_attention_heads", json: "-4"), Change(field: "num_attention_heads", json: "5"),
        Change(field: "num_attention_heads", json: "257"), Change(field: "num_key_value_heads", json: "3"),
        Change(field: "num_key_value_heads", json: "0"), Change(field: "num_hidden_layers", json: "0"),
        Change(field: "num_hidden_layers", json: "257"), Change(field: "num_hidden_layers", json: "1.5"),
        Change(field: "intermediate_size", json: "1048577"), Change(field: "vocab_size", json: "1048577"),
        Change(field: "vocab_size", json: "null"), Change(field: "head_dim", json: "513"),
        Change(field: "max_position_embeddings", json: "16777217"), Change(field: "rms_norm_eps", json: "\"NaN\""),
        Change(field: "rms_norm_eps", json: "-1"), Change(field: "rms_norm_eps", json: "0"),
        Change(field: "rope_theta", json: "-10000"), Change(field: "rope_theta", json: "1e13"),
        Change(field: "sliding_window", json: "0"), Change(field: "eos_token_id", json: "1000000"),
        Change(field: "bos_token_id", json: "-1"), Change(field: "hidden_act", json: "\"gelu\""),
        Change(field: "attention_bias", json: "true"), Change(field: "tie_word_embeddings", json: "1"),
        Change(field: "partial_rotary_factor", json: "2"), Change(field: "partial_rotary_factor", json: "-0.5"),
        Change(field: "partial_rotary_factor", json: "0.0625"), Change(field: "rope_scaling", json: "\"longrope\""),
        Change(field: "rope_scaling.type", json: "{\"type\":\"linear\",\"factor\":2}"),
        Change(field: "mlp_bias", json: "true", model: "llama-gqa-tied-bf16"),
        Change(
            field: "rope_scaling.rope_type", json: "{\"rope_type\":\"llama3\",\"factor\":8}",
            model: "llama-gqa-tied-bf16"),
        Change(field: "original_max_position_embeddings", json: "1", model: "phi3-longrope-f16"),
    ]

    @Test("each bad field is refused by its name", arguments: bad)
    func refuses(_ change: Change) throws {
        let value = try JSONSerialization.jsonObject(with: Data(change.json.utf8), options: .fragmentsAllowed)
        let key = String(change.field.prefix { $0 != "." && $0 != "[" })
        let error = try #require(refusal(change.model) { $0[key] = value })
        #expect(error.file.hasSuffix("/config.json"))
        #expect(error.field == change.field || error.field?.hasSuffix(change.field) == true, "\(error)")
    }

    @Test("every size may stand at its limit")
    func limits() throws {
        let large = try read {
            $0["hidden_size"] = Limits.hiddenSize
            $0["num_attention_heads"] = Limits.headCount
            $0["num_key_value_heads"] = Limits.headCount
            $0["head_dim"] = Limits.headSize
            $0["num_hidden_layers"] = Limits.layerCount
            $0["intermediate_size"] = Limits.intermediateSize
            $0["vocab_size"] = Limits.vocabularySize
            $0["max_position_embeddings"] = Limits.contextTokens
        }
        #expect(large.headSize == Limits.headSize && large.layerCount == Limits.layerCount)
        #expect(large.contextTokens == Limits.contextTokens && large.vocabularySize == Limits.vocabularySize)
    }

    @Test("LongRoPE's factors must be there, as many as half the rotary dimensions, and positive")
    func factors() throws {
        func field(_ change: (inout [String: Any]) -> Void) -> String? {
            refusal("phi3-longrope-f16") {
                var scaling = $0["rope_scaling"] as? [String: Any] ?? [:]
                change(&scaling)
                $0["rope_scaling"] = scaling
            }?.field
        }
        #expect(field { $0["short_factor"] = nil } == "rope_scaling.short_factor")
        #expect(field { $0["long_factor"] = [1.0, 2.0] } == "rope_scaling.long_factor")
        #expect(field { $0["long_factor"] = ["a"] } == "rope_scaling.long_factor[0]")
        #expect(
            field { $0["short_factor"] = ($0["short_factor"] as? [Double] ?? []).map { _ in 0.0 } }
                == "rope_scaling.short_factor")
        #expect(field { $0["attention_factor"] = -1.0 } == "rope_scaling.attention_factor")
    }
}
