/// What an operation does, told to whoever asks where the time goes: facts of its formula and shapes.
package struct OperationWork: Sendable, Equatable {
    /// The operation; of a product its matrix, as ``WeightMatrix/label``.
    package let name: String
    /// Rows of activations that it makes.
    package let tokens: Int
    /// Bytes that must be read, each counted once however often it passes: weights, activations, keys and values.
    package let bytesRead: Int
    /// 0 where an operation has so few that nobody counts them.
    package let multiplyAdds: Int

    package init(_ name: String, tokens: Int, bytesRead: Int, multiplyAdds: Int = 0) {
        self.name = name
        self.tokens = tokens
        self.bytesRead = bytesRead
        self.multiplyAdds = multiplyAdds
    }
}

extension OperationWork {
    /// A product of a matrix with rows of floats.
    static func product(_ w: WeightMatrix, tokens: Int) -> OperationWork {
        OperationWork(
            w.label, tokens: tokens, bytesRead: w.byteCount + 4 * tokens * w.inputs,
            multiplyAdds: tokens * w.inputs * w.outputs)
    }

    /// Something done to rows of floats, element by element.
    static func rows(_ name: String, tokens: Int, columns: Int) -> OperationWork {
        OperationWork(name, tokens: tokens, bytesRead: 4 * tokens * columns)
    }

    /// Attention over cached keys and values: two multiply-adds for each element of a visible key.
    static func attention(_ slices: [AttentionSlice], _ shape: AttentionShape) -> OperationWork {
        var (tokens, cached, pairs) = (0, 0, 0)
        for slice in slices {
            let end = slice.firstPosition + slice.rows.count
            let positions = end - shape.firstVisible(from: slice.firstPosition)
            let positionBytes = slice.pages.layout.headBytes / CachePages.pageTokens
            tokens += slice.rows.count
            cached += positions * positionBytes * shape.keyValueHeadCount
            for position in slice.firstPosition..<end { pairs += position + 1 - shape.firstVisible(from: position) }
        }
        let columns = shape.headCount * shape.headSize
        return OperationWork(
            "attention", tokens: tokens, bytesRead: cached + 4 * tokens * columns, multiplyAdds: 2 * pairs * columns)
    }
}
