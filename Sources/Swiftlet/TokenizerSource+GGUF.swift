import Checkpoints
import Tokenizers
import UntrustedInput

extension TokenizerSource {
    /// Reads the `tokenizer.*` values of a GGUF file.
    init(metadata: Metadata) throws(InputError) {
        let tokenizer = try Tokenizer(gguf: try GGUFVocabulary(metadata))
        var endTokens: Set<Int> = []
        // The end of a text, and what the converter found to end a turn or a message.
        for name in ["eos", "eot", "eom"] {
            let key = "tokenizer.ggml.\(name)_token_id"
            if let id = try metadata.intIfPresent(key, in: GGUFVocabulary.ids) { endTokens.insert(id) }
        }
        self.init(
            tokenizer: tokenizer, template: ChatTemplate(try metadata.stringIfPresent("tokenizer.chat_template")),
            configuredEndTokens: endTokens)
    }
}

extension GGUFVocabulary {
    /// Ids are unsigned 32-bit numbers; the tokenizer checks them against its own size.
    fileprivate static let ids = 0...Int(UInt32.max)

    fileprivate init(_ metadata: Metadata) throws(InputError) {
        func id(_ name: String) throws(InputError) -> Int? {
            try metadata.intIfPresent("tokenizer.ggml.\(name)_token_id", in: Self.ids)
        }
        self.init(
            model: try metadata.string("tokenizer.ggml.model"),
            pre: try metadata.stringIfPresent("tokenizer.ggml.pre"),
            tokens: try metadata.stringArray("tokenizer.ggml.tokens"),
            scores: try metadata.floatArrayIfPresent("tokenizer.ggml.scores"),
            tokenTypes: try metadata.intArrayIfPresent("tokenizer.ggml.token_type")?.map {
                Int32(truncatingIfNeeded: $0)
            },
            merges: try metadata.stringArrayIfPresent("tokenizer.ggml.merges"), beginningID: try id("bos"),
            endID: try id("eos"), unknownID: try id("unknown"), paddingID: try id("padding"),
            addsBeginning: try metadata.boolIfPresent("tokenizer.ggml.add_bos_token"),
            addsEnd: try metadata.boolIfPresent("tokenizer.ggml.add_eos_token"),
            addsSpacePrefix: try metadata.boolIfPresent("tokenizer.ggml.add_space_prefix"),
            generalName: try metadata.stringIfPresent("general.name"), file: metadata.file)
    }
}
