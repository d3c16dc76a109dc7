/// What stands where in the file beside the graph: small tensors as they are, and those of matrices, which are made when the
/// file is written.
struct ONNXData: Sendable {
    static let fileName = "model.onnx.data"

    enum Content: Sendable, Equatable {
        case bytes([UInt8])
        /// Rows of the embedding, one after the other.
        case embedding
        /// The dense numbers of a product's matrix, turned, or its integers.
        case weights(product: Int)
        /// What follows the integers of a product's matrix.
        case scales(product: Int)
    }

    struct Segment: Sendable {
        let range: Range<Int>
        let content: Content
    }

    private(set) var segments: [Segment] = []
    var byteCount: Int { segments.last?.range.upperBound ?? 0 }

    /// From this size on a tensor is mapped where it lies, which Windows does at multiples of 64 KiB only; smaller ones begin
    /// at a cache line.
    private static let mappedBytes = 1 << 20
    private static let (mappedAlignment, alignment) = (1 << 16, 64)

    mutating func append(_ content: Content, byteCount count: Int) -> Range<Int> {
        let alignment = count >= Self.mappedBytes ? Self.mappedAlignment : Self.alignment
        let start = (byteCount + alignment - 1) / alignment * alignment
        segments.append(Segment(range: start..<start + count, content: content))
        return start..<start + count
    }
}
