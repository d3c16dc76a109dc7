/// The model proper: one word of normalised text to ids.
struct PieceModel: Sendable {
    /// What a word is made of before merging.
    enum Alphabet: Sendable {
        /// Bytes: the id of each, -1 where the vocabulary lacks it. Such bytes vanish.
        case bytes([Int32])
        /// Unicode scalars; those not in the vocabulary become byte pieces where there are all 256, else unknown.
        case scalars(byteIDs: [Int32]?)
    }

    let alphabet: Alphabet
    let merges: MergeTable
    var unknownID: Int32?
    /// Neighbouring unknown scalars become one id.
    var fusesUnknown = false
    /// A word that is a piece is that piece, whatever the merges say.
    var ignoresMerges = false
    /// Whether a word may be cut before each ▁ that follows something else: true when no piece goes across, so that
    /// no merge can. Turns a long text, which is one word to SentencePiece, into many short ones.
    let cutsBeforeSpace: Bool
    /// Ids of the ASCII scalars, -1 where there is none.
    private let asciiIDs: [Int32]
    private let spaceID: Int32

    init(
        alphabet: Alphabet, merges: MergeTable, vocabulary: Vocabulary, unknownID: Int32?, fusesUnknown: Bool,
        ignoresMerges: Bool, cutsBeforeSpace: Bool
    ) {
        self.alphabet = alphabet
        self.merges = merges
        self.unknownID = unknownID
        self.fusesUnknown = fusesUnknown
        self.ignoresMerges = ignoresMerges
        self.cutsBeforeSpace = cutsBeforeSpace
        asciiIDs = (0..<128).map { Int32(vocabulary.id(of: [UInt8($0)].span) ?? -1) }
        spaceID = Int32(vocabulary.id(of: Normalizer.space.span) ?? -1)
    }

    func encode(_ word: Span<UInt8>, _ vocabulary: Vocabulary, into ids: inout [Int], _ merger: inout PairMerger) {
        switch alphabet {
        case .bytes(let byteIDs):
            if ignoresMerges, let id = vocabulary.id(ofBytes: word) {
                ids.append(id)
                return
            }
            merger.word.removeAll(keepingCapacity: true)
            for index in word.indices {
                let id = byteIDs[Int(word[index])]
                if id >= 0 { merger.word.append(id) }
            }
            flush(into: &ids, &merger)
        case .scalars(let byteIDs):
            if ignoresMerges, let id = vocabulary.id(of: word) {
                ids.append(id)
                return
            }
            encodeScalars(word, vocabulary, byteIDs, into: &ids, &merger)
        }
    }

    private func encodeScalars(
        _ word: Span<UInt8>, _ vocabulary: Vocabulary, _ byteIDs: [Int32]?, into ids: inout [Int],
        _ merger: inout PairMerger
    ) {
        merger.word.removeAll(keepingCapacity: true)
        var hasUnknown = false
        var afterSpace = true
        var index = 0
        while index < word.count {
            var end = index + 1
            var id: Int32
            var isSpace = false
            if word[index] < 0x80 {
                id = asciiIDs[Int(word[index])]
            } else {
                let (scalar, next) = word.scalar(at: index)
                end = next
                isSpace = scalar == "\u{2581}"
                id = isSpace ? spaceID : Int32(vocabulary.id(of: word.extracting(index..<end)) ?? -1)
            }
            if isSpace, !afterSpace, cutsBeforeSpace, !hasUnknown { flush(into: &ids, &merger) }
            afterSpace = isSpace
            if id >= 0 {
                if hasUnknown, let unknownID { merger.word.append(unknownID) }
                hasUnknown = false
                merger.word.append(id)
            } else if let byteIDs {
                for position in index..<end { merger.word.append(byteIDs[Int(word[position])]) }
            } else if let unknownID {
                if hasUnknown, !fusesUnknown { merger.word.append(unknownID) }
                hasUnknown = true
            }
            index = end
        }
        if hasUnknown, let unknownID { merger.word.append(unknownID) }
        flush(into: &ids, &merger)
    }

    private func flush(into ids: inout [Int], _ merger: inout PairMerger) {
        merger.merge(with: merges)
        for id in merger.word { ids.append(Int(id)) }
        merger.word.removeAll(keepingCapacity: true)
    }
}

extension Vocabulary {
    /// The id of the byte-level piece of these bytes.
    fileprivate func id(ofBytes bytes: Span<UInt8>) -> Int? {
        var piece: [UInt8] = []
        for index in bytes.indices { piece += ByteAlphabet.piece(of: bytes[index]) }
        return id(of: piece.span)
    }
}
