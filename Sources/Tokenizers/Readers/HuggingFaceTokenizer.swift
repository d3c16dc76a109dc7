public import UntrustedInput

extension Tokenizer {
    /// Reads a Hugging Face `tokenizer.json`.
    ///
    /// Its added tokens and their white-space behaviour are the file's; `configuration` names the beginning and end
    /// tokens; `addedTokens` adds what only that older file lists.
    ///
    /// - Parameters:
    ///   - tokenizerJSON: the bytes of the file. They are not given as ``JSON``: see `TokenizerJSONText`.
    ///   - configuration: `tokenizer_config.json`
    ///   - addedTokens: `added_tokens.json`, an object from content to id
    ///   - file: the name that errors give
    public convenience init(
        tokenizerJSON: [UInt8], configuration: JSON? = nil, addedTokens: JSON? = nil, file: String
    ) throws(InputError) {
        let text = try TokenizerJSONText(tokenizerJSON, file: file)
        var reader = HuggingFaceReader(
            text: text, builder: RecipeBuilder(file: file, capacity: tokenizerJSON.count / 64))
        self.init(try reader.read(configuration, addedTokens))
    }
}

private struct HuggingFaceReader {
    let text: TokenizerJSONText
    var builder: RecipeBuilder

    private var file: String { builder.file }

    mutating func read(_ configuration: JSON?, _ addedTokens: JSON?) throws(InputError) -> Recipe {
        let fields = Fields(text.rest, file: file)
        let modelFields = try fields.object("model")
        try checkModel(modelFields)
        try readVocabulary()
        for (index, item) in (try fields.array("added_tokens")).enumerated() {
            let token = Fields(item, file: file, path: "added_tokens[\(index)]")
            try builder.addToken(try token.addedToken(id: try token.integer("id")), field: token.path)
        }
        try readAddedTokensFile(addedTokens)

        let layout = TokenizerLayout(fields)
        let normalizer = try layout.normalizer()
        let (splitter, isByteLevel) = try layout.splitter()
        let unknown = try modelFields.optionalString("unk_token")
        let unknownID = unknown.flatMap { builder.vocabulary.id(of: $0) }
        let byteIDs = try modelFields.flag("byte_fallback") ? builder.byteFallbackIDs : nil
        let merges = try readMerges()
        let model = PieceModel(
            alphabet: isByteLevel ? .bytes(builder.byteLevelIDs) : .scalars(byteIDs: byteIDs), merges: merges,
            vocabulary: builder.vocabulary, unknownID: unknownID.map(Int32.init),
            fusesUnknown: try modelFields.flag("fuse_unk"), ignoresMerges: try modelFields.flag("ignore_merges"),
            cutsBeforeSpace: !isByteLevel && builder.hasNoInnerSpace)

        var recipe = Recipe(
            vocabulary: builder.vocabulary, model: model, normalizer: normalizer, splitter: splitter,
            decoder: try layout.decoder(), addedTokens: builder.addedTokens,
            algorithm: isByteLevel ? "byte-level BPE, \(splitter.name)" : "BPE with byte fallback")
        recipe.unknownID = unknownID
        try recipe.takeNames(from: configuration, file: "tokenizer_config.json")
        let (addsBeginning, beginningID) = try layout.beginning(builder.vocabulary)
        recipe.addsBeginning = addsBeginning
        recipe.beginningID = recipe.beginningID ?? beginningID
        return recipe
    }

    private func checkModel(_ model: Fields) throws(InputError) {
        // Files from before there were other models do not say it.
        let type = try model.optionalString("type") ?? "BPE"
        guard type == "BPE" else {
            throw .unsupported(file: file, field: "model.type", found: type, supported: ["BPE"])
        }
        for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = try model.optionalString(name), !affix.isEmpty {
                throw .unsupported(file: file, field: "model.\(name)", found: "\"\(affix)\"", supported: ["none"])
            }
        }
        if let dropout = model.json["dropout"], !dropout.isNull, dropout.double != 0 {
            throw .unsupported(file: file, field: "model.dropout", found: "a dropout", supported: ["none"])
        }
        // The two big members are cut out of `rest` where they have the right type.
        for (name, range, expected) in [("vocab", text.vocabulary, "object"), ("merges", text.merges, "array")]
        where range == nil {
            guard let value = model.json[name] else { throw .missing(file: file, field: "model.\(name)") }
            throw .wrongType(file: file, field: "model.\(name)", found: value.typeName, expected: expected)
        }
    }

    private mutating func readVocabulary() throws(InputError) {
        guard let range = text.vocabulary else { return }
        var reader = PieceReader(text.bytes, range, file: file, field: "model.vocab")
        try reader.expect("{")
        if reader.take("}") { return }
        repeat {
            try reader.readString()
            try reader.expect(":")
            let id = try reader.readID()
            try builder.addPiece(reader.string.span, id: id, field: "model.vocab")
        } while reader.take(",")
        try reader.expect("}")
    }

    private func readMerges() throws(InputError) -> MergeTable {
        guard let range = text.merges else { return MergeTable(capacity: 0) }
        var reader = PieceReader(text.bytes, range, file: file, field: "model.merges")
        var table = MergeTable(capacity: min(range.count / 8, Limits.mergeCount))
        var scratch: [UInt8] = []
        try reader.expect("[")
        if reader.take("]") { return table }
        var rank = 0
        repeat {
            guard rank < Limits.mergeCount else {
                throw .limitExceeded(
                    file: file, field: "model.merges", found: UInt64(rank) + 1, limit: UInt64(Limits.mergeCount))
            }
            if reader.isAtString() {
                try reader.readString()
                let line = reader.string
                guard let space = line.firstIndex(of: 0x20), line.lastIndex(of: 0x20) == space else {
                    throw notAPair(rank, line.count { $0 == 0x20 } + 1)
                }
                let span = line.span
                try builder.addMerge(
                    span.extracting(0..<space), span.extracting(space + 1..<line.count), rank: rank, to: &table,
                    scratch: &scratch)
            } else {
                try reader.expect("[")
                try reader.readString()
                let left = reader.string
                guard reader.take(",") else { throw notAPair(rank, 1) }
                try reader.readString()
                guard reader.take("]") else { throw notAPair(rank, 3) }
                try builder.addMerge(left.span, reader.string.span, rank: rank, to: &table, scratch: &scratch)
            }
            rank += 1
        } while reader.take(",")
        try reader.expect("]")
        return table
    }

    private func notAPair(_ rank: Int, _ count: Int) -> InputError {
        .malformed(
            file: file, field: "model.merges[\(rank)]", found: "\(count) parts", expected: "two pieces")
    }

    /// What `added_tokens.json` has beyond the tokenizer's own: special tokens without white-space behaviour.
    private mutating func readAddedTokensFile(_ json: JSON?) throws(InputError) {
        guard let json else { return }
        for token in try Fields(json, file: "added_tokens.json").contentsByID() where !builder.isAdded(token.id) {
            try builder.addToken(token, field: "added_tokens.json")
        }
    }
}

extension Splitter {
    var name: String {
        switch self {
        case .whole: "no splitter"
        case .gpt2: "GPT-2 splitter"
        case .digitsThenGPT2: "single digits and GPT-2 splitter"
        case .o200k: "o200k splitter"
        }
    }
}
