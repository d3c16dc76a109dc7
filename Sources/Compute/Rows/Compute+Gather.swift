public import Tensors

import Kernels

extension Compute {
    /// Rows `ids` of an embedding as floats: `x[r] = embedding[ids[r]]`.   (vocabulary, hidden) -> (ids.count, hidden)
    ///
    /// - Precondition: the ids are rows of the embedding, and `x` has room for as many rows of its columns.
    public func gatherRows(of embedding: Tensor, ids: [Int], into x: Activations) {
        let columns = embedding.shape.columns
        let rowCount = embedding.shape.rows
        precondition(columns == x.columns, "\(embedding.name) has \(columns) columns, not \(x.columns)")
        x.require(rows: 0..<ids.count)
        precondition(ids.allSatisfy { $0 >= 0 && $0 < rowCount }, "an id is no row of \(embedding.name)")
        guard let base = unsafe embedding.bytes.baseAddress else { return }
        let gather = unsafe Gather(
            base: base, type: embedding.type, rowBytes: embedding.rowBytes, columns: columns, ids: ids, x: x)
        split(
            ids.count, elements: columns, gather,
            as: OperationWork(
                "embedding \(embedding.type.rawValue) \(embedding.shape)", tokens: ids.count,
                bytesRead: ids.count * embedding.rowBytes))
    }
}

/// Items are rows of `x`.
@safe private struct Gather: ItemLoop {
    let base: UnsafeRawPointer
    let type: ElementType
    let rowBytes: Int
    let columns: Int
    let ids: [Int]
    let x: Activations

    func run(items rows: Range<Int>) {
        for row in rows {
            unsafe dequantizeRow(
                type: type, base + ids[row] * rowBytes, into: x.pointer(row: row), count: columns)
        }
    }
}
