internal import Checkpoints
internal import UntrustedInput

/// `config.json` as the hub's models have it, and as transformers 5 rewrites it (`rope_parameters`).
extension ModelConfiguration {
    static func readHuggingFace(_ checkpoint: Checkpoint) throws(InputError) -> ModelConfiguration {
        let fields = try JSONFields(try checkpoint.configuration, file: checkpoint.file(named: "config.json"))
        var generation: JSONFields?
        if let json = try checkpoint.generationConfiguration {
            generation = try JSONFields(json, file: checkpoint.file(named: "generation_config.json"))
        }
        return try HuggingFaceConfigurationReader(
            config: fields, generation: generation, architecture: try architecture(fields), name: checkpoint.name
        ).read()
    }

    /// By the class that the checkpoint was saved from; by `model_type` where no class is named.
    private static func architecture(_ config: JSONFields) throws(InputError) -> Architecture {
        let classes = ["Phi3ForCausalLM": Architecture.phi3, "LlamaForCausalLM": .llama]
        let supported = classes.keys.sorted()
        if let names = try config.array("architectures"), let name = names.first {
            guard let className = name.string else {
                throw .wrongType(
                    file: config.file, field: "architectures[0]", found: name.typeName, expected: "string")
            }
            guard let architecture = classes[className] else {
                throw .unsupported(
                    file: config.file, field: "architectures", found: "\"\(className.prefix(64))\"",
                    supported: supported)
            }
            return architecture
        }
        guard let type = try config.string("model_type") else {
            throw .missing(file: config.file, field: "architectures")
        }
        guard let architecture = Architecture(rawValue: type) else {
            throw .unsupported(
                file: config.file, field: "model_type", found: "\"\(type.prefix(64))\"",
                supported: Architecture.allCases.map(\.rawValue))
        }
        return architecture
    }
}

private struct HuggingFaceConfigurationReader {
    let config: JSONFields
    let generation: JSONFields?
    let architecture: ModelConfiguration.Architecture
    let name: String

    private var rules: ConfigurationRules { ConfigurationRules(file: config.file) }

    func read() throws(InputError) -> ModelConfiguration {
        try refuseVariants()
        let vocabularySize = try config.required("vocab_size", in: 1...Limits.vocabularySize)
        let hiddenSize = try config.required("hidden_size", in: 1...Limits.hiddenSize)
        let headCount = try config.required("num_attention_heads", in: 1...Limits.headCount)
        let headSize = try headSize(hiddenSize: hiddenSize, headCount: headCount)
        let contextTokens = try config.required("max_position_embeddings", in: 1...Limits.contextTokens)
        let rotary = try RotaryFields(config)
        let ids = 0...vocabularySize - 1
        let fields = ModelConfiguration.Fields(
            architecture: architecture, name: name, vocabularySize: vocabularySize, hiddenSize: hiddenSize,
            intermediateSize: try config.required("intermediate_size", in: 1...Limits.intermediateSize),
            layerCount: try config.required("num_hidden_layers", in: 1...Limits.layerCount),
            headCount: headCount,
            keyValueHeadCount: try config.integer("num_key_value_heads", in: 1...headCount) ?? headCount,
            headSize: headSize, rotaryDimensions: try rotary.dimensions(headSize: headSize),
            ropeTheta: try rotary.theta(), ropeScaling: try rotary.scaling(contextTokens: contextTokens, architecture),
            rmsNormEpsilon: try rules.positive(
                try config.required(try config.number("rms_norm_eps"), "rms_norm_eps"),
                upTo: ConfigurationRules.largestEpsilon, field: "rms_norm_eps"),
            contextTokens: contextTokens,
            slidingWindow: architecture == .phi3
                ? try config.integer("sliding_window", in: 1...Limits.contextTokens) : nil,
            tiedEmbeddings: try config.bool("tie_word_embeddings") ?? false,
            beginningToken: try config.integers("bos_token_id", in: ids).first,
            endTokens: try config.integers("eos_token_id", in: ids)
                + (try generation?.integers("eos_token_id", in: ids) ?? []),
            isQueryKeyInterleaved: false)
        try rules.check(
            fields,
            names: FieldNames(
                headCount: "num_attention_heads", keyValueHeadCount: "num_key_value_heads",
                rotaryDimensions: rotary.partialName, shortFactors: rotary.scalingName("short_factor"),
                longFactors: rotary.scalingName("long_factor")))
        return ModelConfiguration(fields)
    }

    private func headSize(hiddenSize: Int, headCount: Int) throws(InputError) -> Int {
        if let stated = try config.integer("head_dim", in: 1...Limits.headSize) { return stated }
        guard hiddenSize % headCount == 0, hiddenSize / headCount <= Limits.headSize else {
            throw .inconsistent(
                file: config.file, field: "num_attention_heads", found: "\(headCount) heads",
                expected: "a divisor of the hidden size \(hiddenSize) with heads up to \(Limits.headSize)")
        }
        return hiddenSize / headCount
    }

    private func refuseVariants() throws(InputError) {
        if let activation = try config.string("hidden_act"), activation != "silu" {
            throw .unsupported(
                file: config.file, field: "hidden_act", found: "\"\(activation.prefix(64))\"", supported: ["silu"])
        }
        for key in ["attention_bias", "mlp_bias"] where try config.bool(key) == true {
            throw .unsupported(file: config.file, field: key, found: "true", supported: ["false"])
        }
    }
}
