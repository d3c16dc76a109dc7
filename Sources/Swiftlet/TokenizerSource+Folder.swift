import Tokenizers
import UntrustedInput

extension TokenizerSource {
    /// Reads the tokenizer files of a Hugging Face folder.
    ///
    /// - Parameters:
    ///   - folder: the name that errors give.
    ///   - read: the bytes of a file in the folder, nil where there is none.
    init(folder: String, read: (_ name: String) throws(InputError) -> [UInt8]?) throws(InputError) {
        func json(_ name: String) throws(InputError) -> JSON? {
            guard let bytes = try read(name) else { return nil }
            return try JSON(parsing: bytes, file: name)
        }
        let configuration = try json("tokenizer_config.json")
        let addedTokens = try json("added_tokens.json")
        let tokenizer: Tokenizer
        if let bytes = try read("tokenizer.json") {
            tokenizer = try Tokenizer(
                tokenizerJSON: bytes, configuration: configuration, addedTokens: addedTokens, file: "tokenizer.json")
        } else if let bytes = try read("tokenizer.model") {
            tokenizer = try Tokenizer(
                sentencePieceModel: bytes, configuration: configuration, addedTokens: addedTokens,
                file: "tokenizer.model")
        } else {
            throw .missingFile(file: "\(folder)/tokenizer.json or tokenizer.model")
        }
        var endTokens: Set<Int> = []
        for name in ["generation_config.json", "config.json"] {
            endTokens.formUnion(try Self.endTokens(in: try json(name), file: name))
        }
        self.init(
            tokenizer: tokenizer,
            template: ChatTemplate(file: try read("chat_template.jinja"), configuration: configuration),
            configuredEndTokens: endTokens)
    }

    /// `eos_token_id`, an id or a list of them.
    static func endTokens(in configuration: JSON?, file: String) throws(InputError) -> Set<Int> {
        guard let value = configuration?["eos_token_id"], !value.isNull else { return [] }
        if let id = value.integer { return [id] }
        let ids = value.array?.compactMap(\.integer) ?? []
        guard let list = value.array, ids.count == list.count else {
            throw .wrongType(
                file: file, field: "eos_token_id", found: value.typeName, expected: "an integer or an array of them")
        }
        return Set(ids)
    }
}
