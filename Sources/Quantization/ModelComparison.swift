public import Checkpoints
public import Compute
public import Tensors

/// What became of each tensor of a model in another file: which layers a quantisation hurt.
public struct ModelComparison: Sendable {
    public struct Entry: Sendable {
        public let name: String
        public let original: ElementType
        public let type: ElementType
        public let difference: TensorDifference
    }

    /// The largest relative error first.
    public let entries: [Entry]

    private static let rowsAtOnce = 1_024

    /// - Parameter file: a GGUF that was made of the source.
    /// - Throws: the first tensor of the source that the file lacks, or has in another shape; `CancellationError`.
    public init(
        _ source: ModelSource, _ file: Checkpoint, compute: Compute, progress: (_ done: Int, _ total: Int) -> Void
    ) throws {
        let total = source.tensors.reduce(0) { $0 + $1.byteCount }
        var done = 0
        var entries: [Entry] = []
        for tensor in source.tensors {
            let other = try file.require(tensor.name, shape: tensor.shape.extents)
            guard case .tensor(let original) = tensor.content else { continue }
            var difference = TensorDifference()
            for start in stride(from: 0, to: tensor.shape.rows, by: Self.rowsAtOnce) {
                try Task.checkCancellation()
                let rows = start..<min(start + Self.rowsAtOnce, tensor.shape.rows)
                difference += compute.compareRows(of: original, ids: tensor.sourceRows(rows), with: other, from: start)
                progress(done + rows.upperBound * original.rowBytes, total)
            }
            done += tensor.byteCount
            for part in [original, other] { (part.storage as? MappedFile)?.releasePages(part.byteRange) }
            entries.append(
                Entry(name: tensor.name, original: tensor.type, type: other.type, difference: difference))
        }
        self.entries = entries.sorted {
            ($0.difference.relativeError, $1.name) > ($1.difference.relativeError, $0.name)
        }
    }
}
