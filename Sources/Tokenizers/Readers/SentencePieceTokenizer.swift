public import UntrustedInput

extension Tokenizer {
    /// Reads a SentencePiece `tokenizer.model` of type BPE.
    ///
    /// - Parameters:
    ///   - sentencePieceModel: the bytes of the file
    ///   - configuration: `tokenizer_config.json`; its `added_tokens_decoder` says which tokens are added and how they
    ///     treat white space
    ///   - addedTokens: `added_tokens.json`, an object from content to id, for tokens that the former lacks
    ///   - file: the name that errors give
    public convenience init(
        sentencePieceModel: [UInt8], configuration: JSON? = nil, addedTokens: JSON? = nil, file: String
    ) throws(InputError) {
        let model = try SentencePieceModel(sentencePieceModel, file: file)
        try Self.check(model, file: file)
        var builder = RecipeBuilder(file: file, capacity: model.pieces.count)
        var mergeable: [(id: Int, score: Float)] = []
        for (id, piece) in model.pieces.enumerated() {
            try builder.addPiece(model.bytes.span.extracting(piece.range), id: id, field: "pieces[\(id)]")
            if piece.kind == .normal { mergeable.append((id, piece.score)) }
        }
        for token in try Self.configuredTokens(configuration) {
            try builder.addToken(token, field: "added_tokens_decoder of tokenizer_config.json")
        }
        for (id, piece) in model.pieces.enumerated() where !builder.isAdded(id) {
            guard piece.kind == .control || piece.kind == .unknown || piece.kind == .userDefined else { continue }
            let content = String(decoding: model.bytes[piece.range], as: UTF8.self)
            let token = AddedToken(id: id, content: content, isSpecial: piece.kind != .userDefined)
            try builder.addToken(token, field: "pieces[\(id)]")
        }
        if let addedTokens {
            for token in try Fields(addedTokens, file: "added_tokens.json").contentsByID()
            where !builder.isAdded(token.id) {
                try builder.addToken(token, field: "added_tokens.json")
            }
        }

        let normalizer = Normalizer(prependsSpace: model.addsDummyPrefix, escapesSpaces: model.escapesSpaces)
        var recipe = Recipe(
            vocabulary: builder.vocabulary,
            model: PieceModel(
                alphabet: .scalars(byteIDs: model.hasByteFallback ? builder.byteFallbackIDs : nil),
                merges: try builder.merges(byScore: mergeable), vocabulary: builder.vocabulary,
                unknownID: model.unknownID.map(Int32.init), fusesUnknown: true, ignoresMerges: false,
                cutsBeforeSpace: builder.hasNoInnerSpace),
            normalizer: normalizer, decoder: .byteFallback(stripsLeadingSpace: model.addsDummyPrefix),
            addedTokens: builder.addedTokens, algorithm: "SentencePiece BPE")
        recipe.unknownID = model.unknownID
        recipe.beginningID = model.beginningID
        recipe.endID = model.endID
        recipe.paddingID = model.paddingID
        recipe.addsBeginning = true
        try recipe.takeNames(from: configuration, file: "tokenizer_config.json")
        self.init(recipe)
    }

    private static func check(_ model: SentencePieceModel, file: String) throws(InputError) {
        guard model.modelType == 2 else {
            let names: [UInt64: String] = [1: "unigram", 3: "word", 4: "char"]
            throw .unsupported(
                file: file, field: "trainer_spec.model_type",
                found: names[model.modelType] ?? "\(model.modelType)", supported: ["bpe"])
        }
        guard !model.hasCharacterMap else {
            throw .unsupported(
                file: file, field: "normalizer_spec.precompiled_charsmap", found: "a character map",
                supported: ["none (identity)"])
        }
        guard !model.removesExtraSpaces else {
            throw .unsupported(
                file: file, field: "normalizer_spec.remove_extra_whitespaces", found: "true", supported: ["false"])
        }
        for (name, id) in [("unk_id", model.unknownID), ("bos_id", model.beginningID), ("eos_id", model.endID)] {
            guard let id, id >= model.pieces.count else { continue }
            throw .outOfRange(
                file: file, field: "trainer_spec.\(name)", found: "\(id)",
                expected: "an id below \(model.pieces.count)")
        }
    }

    /// The tokens of `added_tokens_decoder`, `{"32000": {"content": …}}`, by id.
    private static func configuredTokens(_ configuration: JSON?) throws(InputError) -> [AddedToken] {
        guard let configuration else { return [] }
        let fields = Fields(configuration, file: "tokenizer_config.json")
        guard let decoder = try fields.optionalObject("added_tokens_decoder") else { return [] }
        var tokens: [AddedToken] = []
        for key in (decoder.json.object ?? [:]).keys {
            guard let id = Int(key) else {
                throw .malformed(
                    file: fields.file, field: decoder.path, found: "the key \"\(key)\"", expected: "an id")
            }
            tokens.append(try decoder.object(key).addedToken(id: id))
        }
        return tokens.sorted { $0.id < $1.id }
    }
}
