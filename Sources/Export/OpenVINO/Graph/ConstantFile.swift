/// What stands where in the file of constants: small ones as they are, each content once, and the parts of matrices, which
/// are made when the file is written. Offsets are multiples of 64 bytes, a cache line, so that plugins may use a mapped file
/// in place.
struct ConstantFile: Sendable {
    enum MatrixPart: Sendable, Equatable { case halves, integers, zeroPoints, scales }

    enum Content: Sendable, Equatable {
        case bytes([UInt8])
        case matrix(Int, MatrixPart)
    }

    struct Segment: Sendable {
        let range: Range<Int>
        let content: Content
    }

    private(set) var segments: [Segment] = []
    private var known: [[UInt8]: Range<Int>] = [:]

    static let alignment = 64

    var byteCount: Int { segments.last?.range.upperBound ?? 0 }

    mutating func append(_ bytes: [UInt8]) -> Range<Int> {
        if let range = known[bytes] { return range }
        let range = append(.bytes(bytes), byteCount: bytes.count)
        known[bytes] = range
        return range
    }

    mutating func append(_ part: MatrixPart, ofMatrix index: Int, byteCount: Int) -> Range<Int> {
        append(.matrix(index, part), byteCount: byteCount)
    }

    private mutating func append(_ content: Content, byteCount count: Int) -> Range<Int> {
        let start = (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        segments.append(Segment(range: start..<start + count, content: content))
        return start..<start + count
    }
}
