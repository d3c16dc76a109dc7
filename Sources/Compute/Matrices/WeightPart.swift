public import Tensors

/// Some rows of a matrix: one tensor of a checkpoint. Parts stand on one another in order (q over k over v).
public struct WeightPart: Sendable {
    /// Which row of the file comes where.
    public enum RowOrder: Sendable, Equatable {
        case natural
        /// The file interleaves the halves of each head, as the llama architecture's q and k in GGUF do: its row
        /// (h, i, j) of (heads, headSize / 2, 2) belongs at (h, j, i).
        case deinterleavedHeads(headSize: Int)
    }

    public let tensor: Tensor
    public let rowOrder: RowOrder

    public init(_ tensor: Tensor, rowOrder: RowOrder = .natural) {
        self.tensor = tensor
        self.rowOrder = rowOrder
    }

    /// The row of the file that belongs at a row of the part.
    package func sourceRow(of row: Int) -> Int {
        switch rowOrder {
        case .natural: return row
        case .deinterleavedHeads(let headSize):
            let (head, place) = row.quotientAndRemainder(dividingBy: headSize)
            let (half, index) = place.quotientAndRemainder(dividingBy: headSize / 2)
            return head * headSize + 2 * index + half
        }
    }
}
