import UntrustedInput

/// Puts pieces, added tokens and merges together, refusing what contradicts itself. One for each file that is read.
struct RecipeBuilder {
    let file: String
    var vocabulary: Vocabulary
    private(set) var addedTokens: [AddedToken] = []
    private var addedIDs: Set<Int> = []

    init(file: String, capacity: Int = 16) {
        self.file = file
        vocabulary = Vocabulary(capacity: min(capacity, Limits.vocabularySize))
    }

    // MARK: Pieces

    mutating func addPiece(_ piece: Span<UInt8>, id: Int, field: String) throws(InputError) {
        guard (0..<Limits.vocabularySize).contains(id) else {
            throw .outOfRange(
                file: file, field: field, found: "id \(id)", expected: "an id from 0 to \(Limits.vocabularySize - 1)")
        }
        guard piece.count <= Limits.tokenBytes else {
            throw .limitExceeded(
                file: file, field: field, found: UInt64(piece.count), limit: UInt64(Limits.tokenBytes))
        }
        switch vocabulary.insert(piece, id: id) {
        case .inserted: return
        case .idTaken:
            throw .inconsistent(
                file: file, field: field, found: "id \(id) for two pieces", expected: "one piece for each id")
        case .pieceTaken(let other):
            throw .inconsistent(
                file: file, field: field, found: "the same piece with the ids \(other) and \(id)",
                expected: "one id for each piece")
        }
    }

    /// An added token; its piece is taken into the vocabulary unless it stands there already with this id.
    mutating func addToken(_ token: AddedToken, field: String) throws(InputError) {
        let content = Array(token.content.utf8)
        guard !content.isEmpty else {
            throw .outOfRange(file: file, field: field, found: "an empty token", expected: "at least one character")
        }
        guard content.count <= Limits.addedTokenBytes else {
            throw .limitExceeded(
                file: file, field: field, found: UInt64(content.count), limit: UInt64(Limits.addedTokenBytes))
        }
        guard addedIDs.insert(token.id).inserted else {
            throw .inconsistent(
                file: file, field: field, found: "id \(token.id) for two added tokens", expected: "each id once")
        }
        if vocabulary.id(of: content.span) != token.id {
            try addPiece(content.span, id: token.id, field: field)
        }
        addedTokens.append(token)
    }

    func isAdded(_ id: Int) -> Bool { addedIDs.contains(id) }

    // MARK: Alphabets

    /// The ids of the 256 byte-level pieces, -1 where the vocabulary lacks one.
    var byteLevelIDs: [Int32] {
        (0..<256).map { Int32(vocabulary.id(of: ByteAlphabet.piece(of: UInt8($0)).span) ?? -1) }
    }

    /// The ids of `<0x00>` to `<0xFF>`, nil unless all are there.
    var byteFallbackIDs: [Int32]? {
        let ids = (0..<256).compactMap { vocabulary.id(of: PieceDecoder.bytePiece(UInt8($0)).span).map(Int32.init) }
        return ids.count == 256 ? ids : nil
    }

    // MARK: Merges

    /// Adds the merge of two pieces, all three of which must be in the vocabulary.
    func addMerge(
        _ left: Span<UInt8>, _ right: Span<UInt8>, rank: Int, to table: inout MergeTable, scratch: inout [UInt8]
    ) throws(InputError) {
        scratch.removeAll(keepingCapacity: true)
        for index in left.indices { scratch.append(left[index]) }
        for index in right.indices { scratch.append(right[index]) }
        guard let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
            let result = vocabulary.id(of: scratch.span)
        else {
            throw .inconsistent(
                file: file, field: "merge \(rank)",
                found: "\"\(String(decoding: scratch, as: UTF8.self))\" or one of its two parts not in the vocabulary",
                expected: "pieces of the vocabulary")
        }
        table.insert(Int32(leftID), Int32(rightID), .init(rank: UInt32(rank), result: Int32(result)))
    }

    /// Merges by score, as SentencePiece makes them: two neighbours merge when together they are a piece, the piece of
    /// the highest score first. Every cut of every piece in two pieces becomes a merge.
    ///
    /// - Parameter mergeable: pieces that text may turn into, with their scores.
    func merges(byScore mergeable: [(id: Int, score: Float)]) throws(InputError) -> MergeTable {
        var rankOfScore: [Float: UInt32] = [:]
        for score in Set(mergeable.map(\.score)).sorted(by: >) { rankOfScore[score] = UInt32(rankOfScore.count) }
        var isMergeable = [Bool](repeating: false, count: vocabulary.count)
        for (id, _) in mergeable { isMergeable[id] = true }
        var table = MergeTable(capacity: mergeable.count * 2)
        var work = 0
        for (id, score) in mergeable {
            guard let piece = vocabulary.piece(id), let rank = rankOfScore[score] else { continue }
            work += piece.count * piece.count
            guard work <= Limits.pieceCutWork else {
                throw .limitExceeded(
                    file: file, field: "lengths of the pieces, squared", found: UInt64(work),
                    limit: UInt64(Limits.pieceCutWork))
            }
            let bytes = piece.span
            for cut in bytes.indices.dropFirst() where bytes[cut] & 0xC0 != 0x80 {
                guard let left = vocabulary.id(of: bytes.extracting(0..<cut)), isMergeable[left],
                    let right = vocabulary.id(of: bytes.extracting(cut..<bytes.count)), isMergeable[right]
                else { continue }
                table.insert(Int32(left), Int32(right), .init(rank: rank, result: Int32(id)))
                guard table.count <= Limits.mergeCount else {
                    throw .limitExceeded(
                        file: file, field: "merges", found: UInt64(table.count), limit: UInt64(Limits.mergeCount))
                }
            }
        }
        return table
    }

    /// Whether no piece has a ▁ after anything else; see ``PieceModel/cutsBeforeSpace``.
    var hasNoInnerSpace: Bool {
        for id in 0..<vocabulary.count where !isAdded(id) {
            guard let piece = vocabulary.piece(id), piece.contains(Normalizer.space[0]) else { continue }
            var isLeading = true
            var index = piece.startIndex
            while index < piece.endIndex {
                let isSpace = piece[index...].starts(with: Normalizer.space)
                if isSpace, !isLeading { return false }
                isLeading = isSpace
                index += isSpace ? 3 : 1
            }
        }
        return true
    }
}
