public import UntrustedInput

extension Tokenizer {
    /// The vocabulary as a GGUF file has it, whatever it was read from: what ``init(gguf:)`` makes the same tokenizer of.
    ///
    /// GGUF has no place for a SentencePiece model's merges, only for scores; those given here put its merges in the same
    /// order. It has no place for the white space that added tokens swallow, either: readers go by the model's name.
    ///
    /// - Parameters:
    ///   - size: rows of the embedding; ids without a piece become unused tokens, as converters do it.
    ///   - generalName: `general.name`
    ///   - file: the name that errors give.
    /// - Throws: ``InputError/inconsistent(file:field:found:expected:)`` where the tokenizer has ids beyond the size,
    ///   ``InputError/unsupported(file:field:found:supported:)`` for what GGUF cannot say.
    public func ggufVocabulary(size: Int, generalName: String, file: String) throws(InputError) -> GGUFVocabulary {
        guard vocabularySize <= size else {
            throw .inconsistent(
                file: file, field: "ids", found: "\(vocabularySize)", expected: "at most the embedding's \(size) rows")
        }
        let isByteLevel = if case .bytes = model.alphabet { true } else { false }
        var gguf = GGUFVocabulary(
            model: isByteLevel ? "gpt2" : "llama", tokens: (0..<size).map { piece(of: $0) ?? "[PAD\($0)]" },
            tokenTypes: kinds(size: size, isByteLevel: isByteLevel), beginningID: beginningID, endID: endID,
            unknownID: unknownID, paddingID: paddingID, addsBeginning: addsBeginning, addsEnd: addsEnd,
            generalName: generalName, file: file)
        if isByteLevel {
            gguf.pre = try splitterName(file)
            gguf.merges = mergeLines
        } else {
            guard normalizer.escapesSpaces else {
                throw .unsupported(
                    file: file, field: "normalizer", found: "spaces that stay spaces", supported: ["▁ for a space"])
            }
            gguf.pre = "default"
            gguf.addsSpacePrefix = normalizer.prependsSpace
            gguf.scores = try scores(size: size, file: file)
            try checkMerges(Tokenizer(gguf: gguf), file: file)
        }
        return gguf
    }

    private func kinds(size: Int, isByteLevel: Bool) -> [Int32] {
        var kinds = [Int32](repeating: PieceKind.unused.rawValue, count: size)
        for id in 0..<vocabularySize {
            guard let piece = vocabulary.piece(id) else { continue }
            let isByte = !isByteLevel && PieceDecoder.byte(of: piece) != nil
            kinds[id] = (isByte ? PieceKind.byte : .normal).rawValue
        }
        for token in addedTokens { kinds[token.id] = (token.isSpecial ? PieceKind.control : .userDefined).rawValue }
        // Byte-level vocabularies know all bytes; where they name an unknown token, it is one with another use.
        if !isByteLevel, let unknownID { kinds[unknownID] = PieceKind.unknown.rawValue }
        return kinds
    }

    // MARK: Byte-level

    /// llama.cpp's name of the splitter.
    private func splitterName(_ file: String) throws(InputError) -> String {
        switch splitter {
        case .gpt2: return "gpt-2"
        case .digitsThenGPT2: return "smollm"
        case .o200k: return "gpt-4o"
        case .whole:
            throw .unsupported(
                file: file, field: "pre_tokenizer", found: "no splitter", supported: ["GPT-2's", "SmolLM2's", "o200k"])
        }
    }

    private var mergeLines: [String] {
        model.merges.sorted.map { merge in
            [merge.left, merge.right].map { piece(of: Int($0)) ?? "" }.joined(separator: " ")
        }
    }

    // MARK: SentencePiece

    /// The earlier the merges that make a piece, the higher its score; pieces that no merge makes come after all others.
    private func scores(size: Int, file: String) throws(InputError) -> [Float] {
        var scores = [Float?](repeating: nil, count: size)
        var last: Int32?
        var rank: Float = 0
        for merge in model.merges.sorted where merge.result != last {
            let result = Int(merge.result)
            guard scores[result] == nil else { throw Self.inexpressible(file) }
            scores[result] = -rank
            rank += 1
            last = merge.result
        }
        return scores.map { $0 ?? -rank }
    }

    /// Readers of scores take every cut of every piece for a merge; these must be the merges that are there.
    private func checkMerges(_ copy: Tokenizer, file: String) throws(InputError) {
        let (merges, copies) = (model.merges.sorted, copy.model.merges)
        let areEqual =
            merges.count == copies.count
            && merges.allSatisfy { copies.merge($0.left, $0.right)?.result == $0.result }
        guard areEqual else { throw Self.inexpressible(file) }
    }

    private static func inexpressible(_ file: String) -> InputError {
        .unsupported(
            file: file, field: "model.merges", found: "an order of merges that no scores give",
            supported: ["SentencePiece's own", "a tokenizer.model in its place"])
    }
}

extension MergeTable {
    /// All merges, the earliest first.
    var sorted: [(left: Int32, right: Int32, result: Int32)] {
        entries.sorted { ($0.merge.rank, $0.left, $0.right) < ($1.merge.rank, $1.left, $1.right) }
            .map { ($0.left, $0.right, $0.merge.result) }
    }
}
