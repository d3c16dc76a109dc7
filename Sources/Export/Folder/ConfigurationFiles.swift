import Checkpoints
import Transformer
import UntrustedInput

/// `config.json` and `generation_config.json`: copied from a folder, made of the metadata of a GGUF file.
struct ConfigurationFiles {
    let checkpoint: Checkpoint
    let configuration: ModelConfiguration

    var all: [(name: String, bytes: [UInt8])] {
        get throws(InputError) {
            let own = try checkpoint.bytes(named: "config.json")
            let generation = try checkpoint.bytes(named: "generation_config.json")
            return [
                ("config.json", own ?? Self.bytes(model)),
                ("generation_config.json", generation ?? Self.bytes(self.generation)),
            ]
        }
    }

    private static func bytes(_ json: JSONText) -> [UInt8] { Array((json.text() + "\n").utf8) }

    // MARK: In the words of transformers

    private var model: JSONText {
        let isPhi3 = configuration.architecture == .phi3
        var members: [(key: String, value: JSONText)] = [
            ("architectures", .list([.string(isPhi3 ? "Phi3ForCausalLM" : "LlamaForCausalLM")])),
            ("model_type", .string(configuration.architecture.rawValue)),
            ("attention_bias", .bool(false)),
            ("hidden_act", .string("silu")),
            ("hidden_size", .integer(configuration.hiddenSize)),
            ("intermediate_size", .integer(configuration.intermediateSize)),
            ("num_hidden_layers", .integer(configuration.layerCount)),
            ("num_attention_heads", .integer(configuration.headCount)),
            ("num_key_value_heads", .integer(configuration.keyValueHeadCount)),
            ("head_dim", .integer(configuration.headSize)),
            ("max_position_embeddings", .integer(configuration.contextTokens)),
            ("rms_norm_eps", .number(configuration.rmsNormEpsilon)),
            ("rope_theta", .number(configuration.ropeTheta)),
            ("rope_scaling", configuration.ropeScaling.map(longRoPE) ?? .null),
            ("tie_word_embeddings", .bool(configuration.tiedEmbeddings)),
            ("use_cache", .bool(true)),
            ("vocab_size", .integer(configuration.vocabularySize)),
        ]
        if isPhi3 {
            let original = configuration.ropeScaling?.originalContextTokens ?? configuration.contextTokens
            members.append(("original_max_position_embeddings", .integer(original)))
            members.append(("sliding_window", configuration.slidingWindow.map { .integer($0) } ?? .null))
            let share = Double(configuration.rotaryDimensions) / Double(configuration.headSize)
            if share < 1 { members.append(("partial_rotary_factor", .number(share))) }
        } else {
            members.append(("mlp_bias", .bool(false)))
        }
        return .object(members + tokens)
    }

    /// The factor only where it must be told: transformers before version 5 accepts three members and no more.
    private func longRoPE(_ scaling: ModelConfiguration.LongRoPE) -> JSONText {
        var members: [(key: String, value: JSONText)] = [
            ("type", .string("longrope")),
            ("short_factor", .list(scaling.shortFactors.map { .number($0) })),
            ("long_factor", .list(scaling.longFactors.map { .number($0) })),
        ]
        if !scaling.followsFromLength(contextTokens: configuration.contextTokens) {
            members.append(("attention_factor", .number(scaling.attentionFactor)))
        }
        return .object(members)
    }

    private var generation: JSONText { .object(tokens + [("use_cache", .bool(true))]) }

    private var tokens: [(key: String, value: JSONText)] {
        var tokens: [(key: String, value: JSONText)] = []
        if let beginning = configuration.beginningToken { tokens.append(("bos_token_id", .integer(beginning))) }
        let ends = configuration.endTokens.map { JSONText.integer($0) }
        if !ends.isEmpty { tokens.append(("eos_token_id", ends.count == 1 ? ends[0] : .list(ends))) }
        return tokens
    }
}
