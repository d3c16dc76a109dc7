/// Text to token ids and back, exact against the tokenizer the model was trained with.
///
/// Made from one of three sources: a Hugging Face `tokenizer.json`, a SentencePiece `tokenizer.model`, or the
/// vocabulary of a GGUF file. Immutable; any number of threads may use one.
public final class Tokenizer: Sendable {
    let vocabulary: Vocabulary
    let model: PieceModel
    let normalizer: Normalizer
    let splitter: Splitter
    let decoder: PieceDecoder
    let textMatcher: AddedTokenMatcher
    let normalizedMatcher: AddedTokenMatcher
    private let specialIDs: Set<Int>
    private let controlIDs: Set<Int>

    /// The tokens that are matched in the text before the model sees it, by id.
    public let addedTokens: [AddedToken]
    public let beginningID: Int?
    public let endID: Int?
    public let unknownID: Int?
    public let paddingID: Int?
    /// Whether a text that is not a chat begins with ``beginningID``.
    public let addsBeginning: Bool
    /// Whether a text that is not a chat ends with ``endID``.
    public let addsEnd: Bool
    /// What ``description`` says of the algorithm, such as "byte-level BPE, o200k splitter".
    public let algorithm: String

    init(_ recipe: Recipe) {
        vocabulary = recipe.vocabulary
        model = recipe.model
        normalizer = recipe.normalizer
        splitter = recipe.splitter
        decoder = recipe.decoder
        addedTokens = recipe.addedTokens.sorted { $0.id < $1.id }
        var textMatcher = AddedTokenMatcher()
        var normalizedMatcher = AddedTokenMatcher()
        for token in addedTokens {
            let content = Array(token.content.utf8)
            if token.isNormalized {
                normalizedMatcher.add(token, content: recipe.normalizer.normalize(content.span))
            } else {
                textMatcher.add(token, content: content)
            }
        }
        self.textMatcher = textMatcher
        self.normalizedMatcher = normalizedMatcher
        specialIDs = Set(addedTokens.filter(\.isSpecial).map(\.id))
        controlIDs = Set(addedTokens.filter(\.isControl).map(\.id))
        beginningID = recipe.beginningID
        endID = recipe.endID
        unknownID = recipe.unknownID
        paddingID = recipe.paddingID
        addsBeginning = recipe.addsBeginning && recipe.beginningID != nil
        addsEnd = recipe.addsEnd && recipe.endID != nil
        algorithm = recipe.algorithm
    }

    /// One past the highest id that has a piece.
    public var vocabularySize: Int { vocabulary.count }

    /// The number of ids that have a piece.
    public var pieceCount: Int { vocabulary.pieceCount }

    /// The id of a piece as the vocabulary writes it (`▁the`, `Ġthe`, `<|end|>`), compared byte for byte.
    public func id(of piece: String) -> Int? { vocabulary.id(of: piece) }

    /// The piece of an id as the vocabulary writes it; nil where the id has none.
    public func piece(of id: Int) -> String? {
        vocabulary.piece(id).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether `decode(_:skipSpecialTokens: true)` leaves the id out.
    public func isSpecial(_ id: Int) -> Bool { specialIDs.contains(id) }

    /// Whether the id is an added token that message text never yields.
    public func isControl(_ id: Int) -> Bool { controlIDs.contains(id) }

    /// Pieces that end a turn or a text in the model families Swiftlet runs.
    static let knownEndPieces = [
        "<|end|>", "<|endoftext|>", "<|im_end|>", "</s>", "<|eot_id|>", "<|end_of_text|>", "<|eom_id|>",
    ]

    /// Ids that end a turn whatever the configuration says: ``endID`` and the well-known pieces that this vocabulary
    /// has as control tokens. Generation stops at the union of these, the configuration's and the chat format's.
    public var endTokens: Set<Int> {
        var ids = Set(Self.knownEndPieces.compactMap { id(of: $0) }.filter(isControl))
        // Phi-3 opens the next turn itself where it should have closed its own.
        if let end = id(of: "<|end|>"), isControl(end), let assistant = id(of: "<|assistant|>"), isControl(assistant) {
            ids.insert(assistant)
        }
        if let endID { ids.insert(endID) }
        return ids
    }
}

/// What the three sources bring, already checked.
struct Recipe {
    var vocabulary: Vocabulary
    var model: PieceModel
    var normalizer = Normalizer()
    var splitter = Splitter.whole
    var decoder: PieceDecoder
    var addedTokens: [AddedToken]
    var beginningID: Int?
    var endID: Int?
    var unknownID: Int?
    var paddingID: Int?
    var addsBeginning = false
    var addsEnd = false
    var algorithm: String
}
