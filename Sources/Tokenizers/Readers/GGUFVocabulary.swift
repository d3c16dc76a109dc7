public import UntrustedInput

/// The `tokenizer.ggml.*` values of a GGUF file, as they stand there.
public struct GGUFVocabulary: Sendable {
    /// `tokenizer.ggml.model`: "llama" (SentencePiece BPE) or "gpt2" (byte-level BPE).
    public var model: String
    /// `tokenizer.ggml.pre`: which splitter a byte-level vocabulary wants.
    public var pre: String?
    public var tokens: [String]
    /// A score for each token; "llama" only.
    public var scores: [Float]?
    /// A kind for each token: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
    public var tokenTypes: [Int32]?
    /// "left right" lines; "gpt2" only.
    public var merges: [String]?
    public var beginningID: Int?
    public var endID: Int?
    public var unknownID: Int?
    public var paddingID: Int?
    public var addsBeginning: Bool?
    public var addsEnd: Bool?
    public var addsSpacePrefix: Bool?
    /// `general.name`, which decides over the white space after Phi-3's tokens; see ``Tokenizer/init(gguf:)``.
    public var generalName: String?
    /// The name that errors give.
    public var file: String

    public init(
        model: String, pre: String? = nil, tokens: [String], scores: [Float]? = nil, tokenTypes: [Int32]? = nil,
        merges: [String]? = nil, beginningID: Int? = nil, endID: Int? = nil, unknownID: Int? = nil,
        paddingID: Int? = nil, addsBeginning: Bool? = nil, addsEnd: Bool? = nil, addsSpacePrefix: Bool? = nil,
        generalName: String? = nil, file: String
    ) {
        self.model = model
        self.pre = pre
        self.tokens = tokens
        self.scores = scores
        self.tokenTypes = tokenTypes
        self.merges = merges
        self.beginningID = beginningID
        self.endID = endID
        self.unknownID = unknownID
        self.paddingID = paddingID
        self.addsBeginning = addsBeginning
        self.addsEnd = addsEnd
        self.addsSpacePrefix = addsSpacePrefix
        self.generalName = generalName
        self.file = file
    }
}

extension Tokenizer {
    /// Reads the vocabulary of a GGUF file.
    ///
    /// Control, unknown and user-defined tokens are the added tokens. GGUF has no place for their white-space
    /// behaviour, so llama.cpp's rule holds: where `general.name` contains "phi-3" or "phi3", the tokens of the July-2024
    /// tokenizer swallow the white space after them. They swallow all Unicode white space, as that tokenizer does.
    public convenience init(gguf: GGUFVocabulary) throws(InputError) {
        var reader = GGUFVocabularyReader(gguf)
        self.init(try reader.read())
    }
}

private struct GGUFVocabularyReader {
    let gguf: GGUFVocabulary
    var builder: RecipeBuilder

    init(_ gguf: GGUFVocabulary) {
        self.gguf = gguf
        builder = RecipeBuilder(file: gguf.file, capacity: gguf.tokens.count)
    }

    mutating func read() throws(InputError) -> Recipe {
        let isByteLevel = try isByteLevel()
        try readTokens()
        let mergeable = try mergeablePieces()
        let merges = isByteLevel ? try readMerges() : try builder.merges(byScore: mergeable)
        let unknownID = try check(gguf.unknownID, "unknown_token_id")
        let prependsSpace = !isByteLevel && gguf.addsSpacePrefix ?? true
        let splitter = isByteLevel ? try splitter() : .whole
        var recipe = Recipe(
            vocabulary: builder.vocabulary,
            model: PieceModel(
                alphabet: isByteLevel ? .bytes(builder.byteLevelIDs) : .scalars(byteIDs: builder.byteFallbackIDs),
                merges: merges, vocabulary: builder.vocabulary, unknownID: unknownID.map(Int32.init),
                fusesUnknown: true, ignoresMerges: false,
                cutsBeforeSpace: !isByteLevel && builder.hasNoInnerSpace),
            normalizer: Normalizer(prependsSpace: prependsSpace, escapesSpaces: !isByteLevel), splitter: splitter,
            decoder: isByteLevel ? .byteLevel : .byteFallback(stripsLeadingSpace: prependsSpace),
            addedTokens: builder.addedTokens,
            algorithm: isByteLevel ? "byte-level BPE, \(splitter.name)" : "SentencePiece BPE")
        recipe.unknownID = unknownID
        recipe.beginningID = try check(gguf.beginningID, "bos_token_id")
        recipe.endID = try check(gguf.endID, "eos_token_id")
        recipe.paddingID = try check(gguf.paddingID, "padding_token_id")
        recipe.addsBeginning = gguf.addsBeginning ?? !isByteLevel
        recipe.addsEnd = gguf.addsEnd ?? false
        return recipe
    }

    private func isByteLevel() throws(InputError) -> Bool {
        switch gguf.model {
        case "llama": return false
        case "gpt2": return true
        default:
            throw .unsupported(
                file: gguf.file, field: "tokenizer.ggml.model", found: gguf.model, supported: ["llama", "gpt2"])
        }
    }

    /// llama.cpp's names of the splitters. Files from before it had names mean GPT-2.
    private func splitter() throws(InputError) -> Splitter {
        switch gguf.pre {
        case "gpt-2", "default", nil: return .gpt2
        case "smollm": return .digitsThenGPT2
        case "gpt-4o": return .o200k
        case let pre?:
            throw .unsupported(
                file: gguf.file, field: "tokenizer.ggml.pre", found: pre, supported: ["gpt-2", "smollm", "gpt-4o"])
        }
    }

    private func check(_ id: Int?, _ name: String) throws(InputError) -> Int? {
        // Writers put 2³² - 1 where there is no such token.
        guard let id, id != 0xFFFF_FFFF else { return nil }
        guard gguf.tokens.indices.contains(id) else {
            throw .outOfRange(
                file: gguf.file, field: "tokenizer.ggml.\(name)", found: "\(id)",
                expected: "an id below \(gguf.tokens.count)")
        }
        return id
    }

    private func checkCount(_ count: Int?, _ name: String) throws(InputError) {
        guard let count, count != gguf.tokens.count else { return }
        throw .inconsistent(
            file: gguf.file, field: "tokenizer.ggml.\(name)", found: "\(count) values",
            expected: "one for each of the \(gguf.tokens.count) tokens")
    }

    private func kind(_ id: Int) throws(InputError) -> PieceKind {
        guard let type = gguf.tokenTypes?[id] else { return .normal }
        guard let kind = PieceKind(rawValue: type) else {
            throw .outOfRange(
                file: gguf.file, field: "tokenizer.ggml.token_type[\(id)]", found: "\(type)", expected: "1 to 6")
        }
        return kind
    }

    private mutating func readTokens() throws(InputError) {
        guard !gguf.tokens.isEmpty else { throw .missing(file: gguf.file, field: "tokenizer.ggml.tokens") }
        guard gguf.tokens.count <= Limits.vocabularySize else {
            throw .limitExceeded(
                file: gguf.file, field: "tokenizer.ggml.tokens", found: UInt64(gguf.tokens.count),
                limit: UInt64(Limits.vocabularySize))
        }
        try checkCount(gguf.scores?.count, "scores")
        try checkCount(gguf.tokenTypes?.count, "token_type")
        let name = gguf.generalName?.lowercased() ?? ""
        let isPhi3 = name.contains("phi-3") || name.contains("phi3")
        for (id, content) in gguf.tokens.enumerated() {
            let field = "tokenizer.ggml.tokens[\(id)]"
            try builder.addPiece(Array(content.utf8).span, id: id, field: field)
            let kind = try kind(id)
            guard kind == .control || kind == .unknown || kind == .userDefined else { continue }
            try builder.addToken(
                AddedToken(
                    id: id, content: content, isSpecial: kind != .userDefined,
                    stripsRight: isPhi3 && !["<unk>", "<s>", "<|endoftext|>"].contains(content)),
                field: field)
        }
    }

    private func mergeablePieces() throws(InputError) -> [(id: Int, score: Float)] {
        guard let scores = gguf.scores else {
            if gguf.model == "llama" { throw .missing(file: gguf.file, field: "tokenizer.ggml.scores") }
            return []
        }
        var pieces: [(id: Int, score: Float)] = []
        for (id, score) in scores.enumerated() where try kind(id) == .normal {
            guard score.isFinite else {
                throw .outOfRange(
                    file: gguf.file, field: "tokenizer.ggml.scores[\(id)]", found: "\(score)",
                    expected: "a finite number")
            }
            pieces.append((id, score))
        }
        return pieces
    }

    private func readMerges() throws(InputError) -> MergeTable {
        guard let merges = gguf.merges else { throw .missing(file: gguf.file, field: "tokenizer.ggml.merges") }
        guard merges.count <= Limits.mergeCount else {
            throw .limitExceeded(
                file: gguf.file, field: "tokenizer.ggml.merges", found: UInt64(merges.count),
                limit: UInt64(Limits.mergeCount))
        }
        var table = MergeTable(capacity: merges.count)
        var scratch: [UInt8] = []
        for (rank, line) in merges.enumerated() {
            let bytes = Array(line.utf8)
            guard let space = bytes.dropFirst().firstIndex(of: 0x20) else {
                throw .malformed(
                    file: gguf.file, field: "tokenizer.ggml.merges[\(rank)]", found: "\"\(line.prefix(40))\"",
                    expected: "two pieces with a space between them")
            }
            let span = bytes.span
            try builder.addMerge(
                span.extracting(0..<space), span.extracting(space + 1..<bytes.count), rank: rank, to: &table,
                scratch: &scratch)
        }
        return table
    }
}
