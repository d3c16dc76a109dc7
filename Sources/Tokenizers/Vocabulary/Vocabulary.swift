/// The pieces of a vocabulary: id to bytes, and bytes to id.
///
/// Pieces are compared byte for byte. Swift's `String` equality is canonical equivalence, which would take two pieces
/// of Phi-3 (ί with tonos, ί with oxia) for one. All pieces stand in one buffer; ids may have holes.
///
///     bytes    <unk><s></s>▁the…
///     starts   0    5  8   12          by id
///     lengths  5    3  4   6           by id, -1 where an id has no piece
///     slots    open addressing by hash, an id or -1
struct Vocabulary: Sendable {
    private var bytes: [UInt8] = []
    private var starts: [UInt32] = []
    private var lengths: [Int32] = []
    private var slots: [Int32]
    private(set) var pieceCount = 0

    /// One past the highest id.
    var count: Int { lengths.count }

    init(capacity: Int = 16) {
        slots = Array(repeating: -1, count: Self.slotCount(for: capacity))
    }

    enum Insertion: Equatable {
        case inserted
        /// The id has a piece already.
        case idTaken
        /// Another id has these bytes already.
        case pieceTaken(by: Int)
    }

    /// Adds a piece; changes nothing unless it answers `.inserted`.
    ///
    /// - Precondition: `0 <= id < Limits.vocabularySize`.
    mutating func insert(_ piece: Span<UInt8>, id: Int) -> Insertion {
        if hasPiece(id) { return .idTaken }
        let hash = SeededHash.hash(piece)
        if let holder = find(piece, hash: hash) { return .pieceTaken(by: holder) }
        while lengths.count <= id {
            starts.append(0)
            lengths.append(-1)
        }
        starts[id] = UInt32(bytes.count)
        lengths[id] = Int32(piece.count)
        for index in piece.indices { bytes.append(piece[index]) }
        pieceCount += 1
        if pieceCount * 2 > slots.count {
            rehash()
        } else {
            place(id, hash: hash)
        }
        return .inserted
    }

    func hasPiece(_ id: Int) -> Bool { lengths.indices.contains(id) && lengths[id] >= 0 }

    /// The bytes of a piece, nil where the id has none.
    func piece(_ id: Int) -> ArraySlice<UInt8>? {
        guard hasPiece(id) else { return nil }
        let start = Int(starts[id])
        return bytes[start..<start + Int(lengths[id])]
    }

    func id(of piece: Span<UInt8>) -> Int? { find(piece, hash: SeededHash.hash(piece)) }

    func id(of piece: String) -> Int? { id(of: Array(piece.utf8).span) }

    private func find(_ piece: Span<UInt8>, hash: UInt64) -> Int? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 {
            let id = Int(slots[slot])
            if equals(id, piece) { return id }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private func equals(_ id: Int, _ piece: Span<UInt8>) -> Bool {
        guard Int(lengths[id]) == piece.count else { return false }
        let start = Int(starts[id])
        for index in piece.indices where bytes[start + index] != piece[index] { return false }
        return true
    }

    private mutating func place(_ id: Int, hash: UInt64) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(id)
    }

    private mutating func rehash() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for id in lengths.indices where lengths[id] >= 0 {
            let start = Int(starts[id])
            place(id, hash: SeededHash.hash(bytes.span.extracting(start..<start + Int(lengths[id]))))
        }
    }

    /// A power of two at least twice `capacity`.
    private static func slotCount(for capacity: Int) -> Int {
        var count = 16
        while count < capacity * 2 { count *= 2 }
        return count
    }
}
