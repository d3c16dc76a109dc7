import Checkpoints
import Tokenizers
import Transformer
import UntrustedInput

/// What a folder's configuration and tokenizer are in the metadata of GGUF, under the names of llama.cpp's converter.
struct HuggingFaceMetadata {
    private let checkpoint: Checkpoint
    private let configuration: ModelConfiguration
    private let tokenizer: Tokenizer
    private let configurationOfTokenizer: JSON?
    private let tokenizerFile: String

    init(_ checkpoint: Checkpoint, _ configuration: ModelConfiguration) throws(InputError) {
        self.checkpoint = checkpoint
        self.configuration = configuration
        configurationOfTokenizer = try checkpoint.json(named: "tokenizer_config.json")
        let added = try checkpoint.json(named: "added_tokens.json")
        if let bytes = try checkpoint.bytes(named: "tokenizer.json") {
            tokenizerFile = checkpoint.file(named: "tokenizer.json")
            tokenizer = try Tokenizer(
                tokenizerJSON: bytes, configuration: configurationOfTokenizer, addedTokens: added, file: tokenizerFile)
        } else if let bytes = try checkpoint.bytes(named: "tokenizer.model") {
            tokenizerFile = checkpoint.file(named: "tokenizer.model")
            tokenizer = try Tokenizer(
                sentencePieceModel: bytes, configuration: configurationOfTokenizer, addedTokens: added,
                file: tokenizerFile)
        } else {
            throw .missingFile(file: checkpoint.file(named: "tokenizer.json or tokenizer.model"))
        }
    }

    func all() throws(InputError) -> [(key: String, value: GGUFValue)] {
        if configuration.architecture == .llama, configuration.ropeScaling != nil {
            throw .unsupported(
                file: checkpoint.file(named: "config.json"), field: "rope_scaling", found: "LongRoPE in a llama",
                supported: ["none", "LongRoPE in a phi3"])
        }
        return general + model + (try vocabulary())
    }

    // MARK: The model

    private var general: [(key: String, value: GGUFValue)] {
        [
            ("general.architecture", GGUFValue(configuration.architecture.rawValue)),
            ("general.type", GGUFValue("model")), ("general.name", GGUFValue(name)),
        ]
    }

    /// Readers take white space after Phi-3's tokens by the model's name: where the folder is called something else, the
    /// name says it.
    private var name: String {
        let name = configuration.name
        let isKnown = ["phi-3", "phi3"].contains { name.lowercased().contains($0) }
        let strips = configuration.architecture == .phi3 && tokenizer.addedTokens.contains(where: \.stripsRight)
        return strips && !isKnown ? "Phi-3 \(name)" : name
    }

    private var model: [(key: String, value: GGUFValue)] {
        var values: [(key: String, value: GGUFValue)] = []
        func add(_ key: String, _ value: GGUFValue) {
            values.append(("\(configuration.architecture.rawValue).\(key)", value))
        }
        func add(_ key: String, _ count: Int) { add(key, GGUFValue(UInt32(count))) }
        add("vocab_size", configuration.vocabularySize)
        add("context_length", configuration.contextTokens)
        add("embedding_length", configuration.hiddenSize)
        add("feed_forward_length", configuration.intermediateSize)
        add("block_count", configuration.layerCount)
        add("attention.head_count", configuration.headCount)
        add("attention.head_count_kv", configuration.keyValueHeadCount)
        if configuration.headSize * configuration.headCount != configuration.hiddenSize {
            add("attention.key_length", configuration.headSize)
            add("attention.value_length", configuration.headSize)
        }
        add("attention.layer_norm_rms_epsilon", GGUFValue(configuration.rmsNormEpsilon))
        add("rope.dimension_count", configuration.rotaryDimensions)
        add("rope.freq_base", GGUFValue(Float(configuration.ropeTheta)))
        guard configuration.architecture == .phi3 else { return values }
        let scaling = configuration.ropeScaling
        add("rope.scaling.original_context_length", scaling?.originalContextTokens ?? configuration.contextTokens)
        if let scaling { add("rope.scaling.attn_factor", GGUFValue(Float(scaling.attentionFactor))) }
        // 0 for none: without the key, llama.cpp goes by what the first Phi-3 models had.
        add("attention.sliding_window", configuration.slidingWindow ?? 0)
        return values
    }

    // MARK: The tokenizer

    private func vocabulary() throws(InputError) -> [(key: String, value: GGUFValue)] {
        let gguf = try ggufVocabulary()
        var values: [(key: String, value: GGUFValue)] = []
        func add(_ key: String, _ value: GGUFValue?) {
            if let value { values.append(("tokenizer.\(key)", value)) }
        }
        func add(id: Int?, _ name: String) { add("ggml.\(name)_token_id", id.map { GGUFValue(UInt32($0)) }) }
        add("ggml.model", GGUFValue(gguf.model))
        add("ggml.pre", gguf.pre.map { GGUFValue($0) })
        add("ggml.tokens", GGUFValue(gguf.tokens))
        add("ggml.scores", gguf.scores.map { GGUFValue($0) })
        add("ggml.token_type", gguf.tokenTypes.map { GGUFValue($0) })
        add("ggml.merges", gguf.merges.map { GGUFValue($0) })
        let ends = configuration.endTokens
        add(id: gguf.beginningID ?? configuration.beginningToken, "bos")
        add(id: gguf.endID ?? ends.first, "eos")
        // One more that ends an answer: a file has room for one that ends a turn.
        add(id: ends.last { $0 != gguf.endID && tokenizer.isControl($0) }, "eot")
        add(id: gguf.unknownID, "unknown")
        add(id: gguf.paddingID, "padding")
        add("ggml.add_bos_token", gguf.addsBeginning.map { GGUFValue($0) })
        add("ggml.add_eos_token", gguf.addsEnd.map { GGUFValue($0) })
        add("ggml.add_space_prefix", gguf.addsSpacePrefix.map { GGUFValue($0) })
        let template = ChatFormat.template(
            file: try checkpoint.bytes(named: "chat_template.jinja"), configuration: configurationOfTokenizer)
        add("chat_template", template.map { GGUFValue($0) })
        return values
    }

    /// Where the merges of a tokenizer.json have no scores, those of the tokenizer.model that they were made from do.
    private func ggufVocabulary() throws(InputError) -> GGUFVocabulary {
        do throws(InputError) {
            return try tokenizer.ggufVocabulary(
                size: configuration.vocabularySize, generalName: name, file: tokenizerFile)
        } catch {
            guard case .unsupported = error, tokenizerFile.hasSuffix(".json"),
                let bytes = try checkpoint.bytes(named: "tokenizer.model")
            else { throw error }
            let file = checkpoint.file(named: "tokenizer.model")
            let model = try Tokenizer(
                sentencePieceModel: bytes, configuration: configurationOfTokenizer,
                addedTokens: try checkpoint.json(named: "added_tokens.json"), file: file)
            return try model.ggufVocabulary(size: configuration.vocabularySize, generalName: name, file: file)
        }
    }
}
