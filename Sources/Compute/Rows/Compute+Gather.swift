public import Tensors

import Kernels

extension Compute {
    /// Rows `ids` of an embedding as floats: `x[r] = embedding[ids[r]]`.   (vocabulary, hidden) -> (ids.count, hidden)
    ///
    /// - Precondition: the ids are rows of the embedding, and `x` has room for as many rows of its columns.
    public func gatherRows(of embedding: Tensor, ids: [Int], into x: Activations) {
        let columns = embedding.shape.columns
        let (rowCount, rowBytes, type) = (embedding.shape.rows, embedding.rowBytes, embedding.type)
        precondition(columns == x.columns, "\(embedding.name) has \(columns) columns, not \(x.columns)")
        x.require(rows: 0..<ids.count)
        precondition(ids.allSatisfy { $0 >= 0 && $0 < rowCount }, "an id is no row of \(embedding.name)")
        guard let base = unsafe embedding.bytes.baseAddress else { return }
        split(ids.count, elements: columns) { rows in
            for row in rows {
                let source = unsafe base + ids[row] * rowBytes
                unsafe dequantizeRow(type: type, source, into: x.pointer(row: row), count: columns)
            }
        }
    }
}
