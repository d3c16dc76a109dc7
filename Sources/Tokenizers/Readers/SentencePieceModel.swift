import UntrustedInput

/// What Swiftlet uses of a SentencePiece `ModelProto` (sentencepiece_model.proto):
///
///     ModelProto      1 pieces (repeated)   2 trainer_spec   3 normalizer_spec
///     SentencePiece   1 piece   2 score   3 type
///     TrainerSpec     3 model_type   35 byte_fallback   40 unk_id   41 bos_id   42 eos_id   43 pad_id
///     NormalizerSpec  2 precompiled_charsmap   3 add_dummy_prefix   4 remove_extra_whitespaces   5 escape_whitespaces
struct SentencePieceModel {
    struct Piece {
        var range = 0..<0
        var score: Float = 0
        var kind = PieceKind.normal
    }

    let bytes: [UInt8]
    private(set) var pieces: [Piece] = []
    private(set) var modelType: UInt64 = 1
    private(set) var hasByteFallback = false
    private(set) var unknownID: Int? = 0
    private(set) var beginningID: Int? = 1
    private(set) var endID: Int? = 2
    private(set) var paddingID: Int?
    private(set) var addsDummyPrefix = true
    private(set) var removesExtraSpaces = true
    private(set) var escapesSpaces = true
    private(set) var hasCharacterMap = false

    init(_ bytes: [UInt8], file: String) throws(InputError) {
        guard bytes.count <= Limits.tokenizerBytes else {
            throw .limitExceeded(
                file: file, field: "size", found: UInt64(bytes.count), limit: UInt64(Limits.tokenizerBytes))
        }
        self.bytes = bytes
        var reader = ProtobufReader(bytes, 0..<bytes.count, file: file)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let range)):
                guard pieces.count < Limits.vocabularySize else {
                    throw .limitExceeded(
                        file: file, field: "pieces", found: UInt64(pieces.count) + 1,
                        limit: UInt64(Limits.vocabularySize))
                }
                pieces.append(try Self.piece(bytes, range, file: file, index: pieces.count))
            case (2, .bytes(let range)): try readTrainer(range, file: file)
            case (3, .bytes(let range)): try readNormalizer(range, file: file)
            case (1...3, _):
                throw .malformed(
                    file: file, field: "field \(field.number)", found: "a number", expected: "a message")
            default: break
            }
        }
        guard !pieces.isEmpty else { throw .missing(file: file, field: "pieces") }
    }

    private static func piece(
        _ bytes: [UInt8], _ range: Range<Int>, file: String, index: Int
    ) throws(InputError) -> Piece {
        var reader = ProtobufReader(bytes, range, file: file)
        var piece = Piece()
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let range)): piece.range = range
            case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
            case (3, .varint(let value)):
                guard let kind = PieceKind(rawValue: Int32(truncatingIfNeeded: value)), value <= 6 else {
                    throw .outOfRange(
                        file: file, field: "pieces[\(index)].type", found: "\(value)", expected: "1 to 6")
                }
                piece.kind = kind
            case (1...3, _):
                throw .malformed(
                    file: file, field: "pieces[\(index)]", found: "field \(field.number) of another wire type",
                    expected: "a string, a float and an enumeration")
            default: break
            }
        }
        guard !piece.range.isEmpty, String(validating: bytes[piece.range], as: UTF8.self) != nil else {
            throw .malformed(
                file: file, field: "pieces[\(index)].piece", found: "an empty piece or no UTF-8",
                expected: "a piece in UTF-8")
        }
        guard piece.score.isFinite else {
            throw .outOfRange(
                file: file, field: "pieces[\(index)].score", found: "\(piece.score)", expected: "a finite number")
        }
        return piece
    }

    private mutating func readTrainer(_ range: Range<Int>, file: String) throws(InputError) {
        var reader = ProtobufReader(bytes, range, file: file)
        while let field = try reader.next() {
            guard case .varint(let value) = field.value else { continue }
            // Ids are int32, written as 64-bit two's complement; -1 means none.
            let id = value < UInt64(Limits.vocabularySize) ? Int(value) : nil
            switch field.number {
            case 3: modelType = value
            case 35: hasByteFallback = value != 0
            case 40: unknownID = id
            case 41: beginningID = id
            case 42: endID = id
            case 43: paddingID = id
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ range: Range<Int>, file: String) throws(InputError) {
        var reader = ProtobufReader(bytes, range, file: file)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (2, .bytes(let range)): hasCharacterMap = !range.isEmpty
            case (3, .varint(let value)): addsDummyPrefix = value != 0
            case (4, .varint(let value)): removesExtraSpaces = value != 0
            case (5, .varint(let value)): escapesSpaces = value != 0
            default: break
            }
        }
    }
}

/// The kind of a piece, numbered as SentencePiece and GGUF do.
enum PieceKind: Int32 {
    case normal = 1
    case unknown = 2
    case control = 3
    case userDefined = 4
    case unused = 5
    case byte = 6
}
