import Tokenizers

/// `tokenizer.json` as the tokenizers library reads it, of a tokenizer that came from a GGUF file.
struct TokenizerJSON {
    private let tokenizer: Tokenizer
    private let parts: TokenizerParts

    init(_ tokenizer: Tokenizer) {
        self.tokenizer = tokenizer
        parts = tokenizer.parts
    }

    var json: JSONText {
        .object([
            ("version", .string("1.0")), ("truncation", .null), ("padding", .null),
            ("added_tokens", .list(tokenizer.addedTokens.map(Self.added))),
            ("normalizer", normalizer), ("pre_tokenizer", preTokenizer), ("post_processor", postProcessor),
            ("decoder", decoder), ("model", model),
        ])
    }

    private static func added(_ token: AddedToken) -> JSONText {
        .object([
            ("id", .integer(token.id)), ("content", .string(token.content)),
            ("single_word", .bool(token.isSingleWord)), ("lstrip", .bool(token.stripsLeft)),
            ("rstrip", .bool(token.stripsRight)), ("normalized", .bool(token.isNormalized)),
            ("special", .bool(token.isSpecial)),
        ])
    }

    private var model: JSONText {
        let unknown = parts.isByteLevel ? nil : tokenizer.unknownID.flatMap { tokenizer.piece(of: $0) }
        return .object([
            ("type", .string("BPE")), ("dropout", .null), ("unk_token", unknown.map { .string($0) } ?? .null),
            ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null),
            ("fuse_unk", .bool(!parts.isByteLevel)), ("byte_fallback", .bool(parts.hasBytePieces)),
            ("ignore_merges", .bool(parts.ignoresMerges)),
            ("vocab", .object(parts.pieces.map { ($0.piece, .integer($0.id)) })),
            ("merges", .list(parts.merges.map { .list([.string($0.left), .string($0.right)]) })),
        ])
    }

    // MARK: Around the model

    private var normalizer: JSONText {
        var steps: [JSONText] = []
        if parts.prependsSpace {
            steps.append(.object([("type", .string("Prepend")), ("prepend", .string(Self.space))]))
        }
        if parts.escapesSpaces { steps.append(Self.replacement(of: " ", by: Self.space)) }
        return Self.sequence(steps, "normalizers")
    }

    private var preTokenizer: JSONText {
        guard parts.isByteLevel else { return .null }
        switch parts.splitter {
        case .whole: return Self.byteLevel(cutsWords: false)
        case .gpt2: return Self.byteLevel(cutsWords: true)
        case .digitsThenGPT2:
            let digits = JSONText.object([("type", .string("Digits")), ("individual_digits", .bool(true))])
            return Self.sequence([digits, Self.byteLevel(cutsWords: true)], "pretokenizers")
        case .o200k:
            let split = JSONText.object([
                ("type", .string("Split")),
                ("pattern", .object([("Regex", .string(parts.splitterPattern ?? ""))])),
                ("behavior", .string("Isolated")), ("invert", .bool(false)),
            ])
            return Self.sequence([split, Self.byteLevel(cutsWords: false)], "pretokenizers")
        }
    }

    /// A template with the tokens that begin and end a text, where there are such.
    private var postProcessor: JSONText {
        let first = tokenizer.addsBeginning ? tokenizer.beginningID : nil
        let last = tokenizer.addsEnd ? tokenizer.endID : nil
        func special(_ id: Int?, _ type: Int) -> [JSONText] {
            id.flatMap { tokenizer.piece(of: $0) }.map { piece in
                [.object([("SpecialToken", .object([("id", .string(piece)), ("type_id", .integer(type))]))])]
            } ?? []
        }
        func text(_ name: String, _ type: Int) -> [JSONText] {
            let sequence = JSONText.object([
                ("Sequence", .object([("id", .string(name)), ("type_id", .integer(type))]))
            ])
            return special(first, type) + [sequence] + special(last, type)
        }
        let used = Set([first, last].compactMap { $0 }).sorted()
        return .object([
            ("type", .string("TemplateProcessing")), ("single", .list(text("A", 0))),
            ("pair", .list(text("A", 0) + text("B", 1))),
            (
                "special_tokens",
                .object(
                    used.compactMap { id in
                        tokenizer.piece(of: id).map { piece in
                            (
                                piece,
                                .object([
                                    ("id", .string(piece)), ("ids", .list([.integer(id)])),
                                    ("tokens", .list([.string(piece)])),
                                ])
                            )
                        }
                    })
            ),
        ])
    }

    private var decoder: JSONText {
        guard !parts.isByteLevel else { return Self.byteLevel(cutsWords: true) }
        var steps = [
            Self.replacement(of: Self.space, by: " "), .object([("type", .string("ByteFallback"))]),
            .object([("type", .string("Fuse"))]),
        ]
        if parts.stripsLeadingSpace {
            steps.append(
                .object([
                    ("type", .string("Strip")), ("content", .string(" ")), ("start", .integer(1)),
                    ("stop", .integer(0)),
                ]))
        }
        return Self.sequence(steps, "decoders")
    }

    // MARK: Their words

    /// What stands for a space in pieces.
    private static let space = "\u{2581}"

    private static func sequence(_ steps: [JSONText], _ members: String) -> JSONText {
        steps.isEmpty ? .null : .object([("type", .string("Sequence")), (members, .list(steps))])
    }

    private static func replacement(of old: String, by new: String) -> JSONText {
        .object([
            ("type", .string("Replace")), ("pattern", .object([("String", .string(old))])), ("content", .string(new)),
        ])
    }

    private static func byteLevel(cutsWords: Bool) -> JSONText {
        .object([
            ("type", .string("ByteLevel")), ("add_prefix_space", .bool(false)), ("trim_offsets", .bool(true)),
            ("use_regex", .bool(cutsWords)),
        ])
    }
}
