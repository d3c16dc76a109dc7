internal import Checkpoints
internal import UntrustedInput

/// The metadata of GGUF files: `general.*`, `<architecture>.*`, `tokenizer.ggml.*`.
extension ModelConfiguration {
    static func readGGUF(_ checkpoint: Checkpoint) throws(InputError) -> ModelConfiguration {
        let metadata = checkpoint.metadata
        let architectureName = try metadata.string("general.architecture")
        guard let architecture = Architecture(rawValue: architectureName) else {
            throw .unsupported(
                file: metadata.file, field: "general.architecture", found: "\"\(architectureName.prefix(64))\"",
                supported: Architecture.allCases.map(\.rawValue))
        }
        return try GGUFConfigurationReader(checkpoint: checkpoint, architecture: architecture).read()
    }
}

private struct GGUFConfigurationReader {
    let checkpoint: Checkpoint
    let architecture: ModelConfiguration.Architecture

    private var metadata: Metadata { checkpoint.metadata }
    private var rules: ConfigurationRules { ConfigurationRules(file: metadata.file) }
    private func key(_ name: String) -> String { "\(architecture.rawValue).\(name)" }

    func read() throws(InputError) -> ModelConfiguration {
        try refuseVariants()
        let vocabularySize = try vocabularySize()
        let hiddenSize = try metadata.int(key("embedding_length"), in: 1...Limits.hiddenSize)
        let headCount = try metadata.int(key("attention.head_count"), in: 1...Limits.headCount)
        let headSize = try headSize(hiddenSize: hiddenSize, headCount: headCount)
        let layerCount = try metadata.int(key("block_count"), in: 1...Limits.layerCount)
        let contextTokens = try metadata.int(key("context_length"), in: 1...Limits.contextTokens)
        let fields = ModelConfiguration.Fields(
            architecture: architecture,
            name: try metadata.stringIfPresent("general.name") ?? checkpoint.name,
            vocabularySize: vocabularySize, hiddenSize: hiddenSize,
            intermediateSize: try metadata.int(key("feed_forward_length"), in: 1...Limits.intermediateSize),
            layerCount: layerCount, headCount: headCount,
            keyValueHeadCount: try metadata.intIfPresent(key("attention.head_count_kv"), in: 1...headCount)
                ?? headCount,
            headSize: headSize,
            rotaryDimensions: try metadata.intIfPresent(key("rope.dimension_count"), in: 1...Limits.headSize)
                ?? headSize,
            ropeTheta: try rules.positive(
                try metadata.floatIfPresent(key("rope.freq_base")) ?? 10_000,
                upTo: ConfigurationRules.largestTheta, field: key("rope.freq_base")),
            ropeScaling: try ropeScaling(contextTokens: contextTokens),
            rmsNormEpsilon: try rules.positive(
                try metadata.float(key("attention.layer_norm_rms_epsilon")),
                upTo: ConfigurationRules.largestEpsilon, field: key("attention.layer_norm_rms_epsilon")),
            contextTokens: contextTokens,
            slidingWindow: try slidingWindow(contextTokens: contextTokens, layerCount: layerCount),
            tiedEmbeddings: checkpoint.tensor(named: "output.weight") == nil,
            beginningToken: try metadata.intIfPresent("tokenizer.ggml.bos_token_id", in: 0...vocabularySize - 1),
            endTokens: try endTokens(vocabularySize: vocabularySize),
            isQueryKeyInterleaved: architecture == .llama)
        try rules.check(
            fields,
            names: FieldNames(
                headCount: key("attention.head_count"), keyValueHeadCount: key("attention.head_count_kv"),
                rotaryDimensions: key("rope.dimension_count"), shortFactors: Self.shortFactors,
                longFactors: Self.longFactors))
        try refuseInterleavedPartialRotation(fields)
        return ModelConfiguration(fields)
    }

    private static let shortFactors = "rope_factors_short.weight"
    private static let longFactors = "rope_factors_long.weight"

    // MARK: Sizes

    /// One token for each row of the embedding; a tokenizer must be there, for its tokens say how many.
    private func vocabularySize() throws(InputError) -> Int {
        let tokens = "tokenizer.ggml.tokens"
        _ = try metadata.string("tokenizer.ggml.model")
        guard metadata.contains(tokens) else { throw .missing(file: metadata.file, field: tokens) }
        guard let count = metadata.arrayCount(tokens) else {
            throw .wrongType(
                file: metadata.file, field: tokens, found: metadata.typeName(of: tokens) ?? "nothing",
                expected: "array of string")
        }
        guard (1...Limits.vocabularySize).contains(count) else {
            throw .outOfRange(
                file: metadata.file, field: tokens, found: "\(count) tokens",
                expected: "1 to \(Limits.vocabularySize)")
        }
        let announced = try metadata.intIfPresent(key("vocab_size"), in: 1...Limits.vocabularySize)
        guard announced ?? count == count else {
            throw .inconsistent(
                file: metadata.file, field: key("vocab_size"), found: "\(announced ?? 0)",
                expected: "\(count), the number of tokens")
        }
        return count
    }

    private func headSize(hiddenSize: Int, headCount: Int) throws(InputError) -> Int {
        let field = key("attention.key_length")
        let stated = try metadata.intIfPresent(field, in: 1...Limits.headSize)
        let values = try metadata.intIfPresent(key("attention.value_length"), in: 1...Limits.headSize)
        if let stated {
            guard values ?? stated == stated else {
                throw .unsupported(
                    file: metadata.file, field: key("attention.value_length"), found: "\(values ?? 0)",
                    supported: ["\(stated), as long as the keys"])
            }
            return stated
        }
        guard hiddenSize % headCount == 0, hiddenSize / headCount <= Limits.headSize else {
            throw .inconsistent(
                file: metadata.file, field: key("attention.head_count"), found: "\(headCount) heads",
                expected: "a divisor of the hidden size \(hiddenSize) with heads up to \(Limits.headSize)")
        }
        return hiddenSize / headCount
    }

    // MARK: Positions

    private func ropeScaling(contextTokens: Int) throws(InputError) -> ModelConfiguration.LongRoPE? {
        let short = try factors(Self.shortFactors)
        let long = try factors(Self.longFactors)
        guard short != nil || long != nil else { return nil }
        guard let short else { throw .missing(file: metadata.file, field: Self.shortFactors) }
        guard let long else { throw .missing(file: metadata.file, field: Self.longFactors) }
        let originalField = key("rope.scaling.original_context_length")
        let original = try metadata.int(originalField, in: 2...Limits.contextTokens)
        let factorField = key("rope.scaling.attn_factor")
        let stated = try metadata.floatIfPresent(factorField)
        return ModelConfiguration.LongRoPE(
            shortFactors: short, longFactors: long, originalContextTokens: original,
            attentionFactor: try rules.positive(
                stated
                    ?? ConfigurationRules.attentionFactor(
                        contextTokens: contextTokens, originalContextTokens: original),
                upTo: ConfigurationRules.largestAttentionFactor, field: factorField))
    }

    private func factors(_ name: String) throws(InputError) -> [Float]? {
        guard let tensor = checkpoint.tensor(named: name) else { return nil }
        guard tensor.shape.rank == 1, tensor.shape.elementCount <= Limits.headSize, let values = tensor.denseValues
        else {
            throw .inconsistent(
                file: metadata.file, field: name, found: "\(tensor.type.rawValue) \(tensor.shape)",
                expected: "F32, half the rotary dimensions")
        }
        return values
    }

    /// 0 means none. Files of Phi-3-mini-4k and Phi-3-medium-4k from before the key was invented lack it; those two were
    /// trained with 2047, and nothing else of the architecture has 32 or 40 layers and 4096 tokens.
    private func slidingWindow(contextTokens: Int, layerCount: Int) throws(InputError) -> Int? {
        guard architecture == .phi3 else { return nil }
        let stated = try metadata.intIfPresent(key("attention.sliding_window"), in: 0...Limits.contextTokens)
        let isFirstPhi3 = contextTokens == 4_096 && [32, 40].contains(layerCount)
        let window = stated ?? (isFirstPhi3 ? 2_047 : 0)
        return window > 0 ? window : nil
    }

    // MARK: Tokens

    private func endTokens(vocabularySize: Int) throws(InputError) -> [Int] {
        var ids: [Int] = []
        for name in ["eos_token_id", "eot_token_id"] {
            if let id = try metadata.intIfPresent("tokenizer.ggml.\(name)", in: 0...vocabularySize - 1) {
                ids.append(id)
            }
        }
        return ids
    }

    // MARK: What is not run

    private func refuseVariants() throws(InputError) {
        if let experts = try metadata.intIfPresent(key("expert_count"), in: 0...Int(UInt32.max)), experts > 0 {
            throw .unsupported(
                file: metadata.file, field: key("expert_count"), found: "a mixture of \(experts) experts",
                supported: ["dense feed-forward layers"])
        }
        if let type = try metadata.stringIfPresent(key("rope.scaling.type")), !["none", "longrope"].contains(type) {
            throw .unsupported(
                file: metadata.file, field: key("rope.scaling.type"), found: "\"\(type.prefix(64))\"",
                supported: ["none", "longrope"])
        }
        if checkpoint.tensor(named: "rope_freqs.weight") != nil {
            throw .unsupported(
                file: metadata.file, field: "rope_freqs.weight", found: "llama3 rotary scaling",
                supported: ["none", "longrope"])
        }
    }

    /// The rows of a whole head are interleaved; where only some are rotated, no reader agrees which.
    private func refuseInterleavedPartialRotation(_ fields: ModelConfiguration.Fields) throws(InputError) {
        guard !fields.isQueryKeyInterleaved || fields.rotaryDimensions == fields.headSize else {
            throw .unsupported(
                file: metadata.file, field: key("rope.dimension_count"), found: "\(fields.rotaryDimensions)",
                supported: ["\(fields.headSize), the whole head"])
        }
    }
}
