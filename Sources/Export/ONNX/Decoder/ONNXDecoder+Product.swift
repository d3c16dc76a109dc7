import Kernels

extension ONNXDecoder {
    /// y = W x for every token: (batch, tokens, inputs) to (batch, tokens, outputs).
    ///
    /// - Parameter output: the name of y; nil for the node's.
    mutating func product(_ x: String, _ matrix: ProductMatrix, output: String? = nil) -> String {
        guard let index = plan.indices[matrix.path] else { preconditionFailure("\(matrix.path) is not in the plan") }
        let (rows, columns, format) = (matrix.rows, matrix.columns, plan.formats[index])
        let path = "\(matrix.path)/MatMul"
        let result = output ?? "\(path)/output_0"
        switch format {
        case .dense:
            let weight = graph.initializer(
                matrix.weightName, type, [columns, rows], .weights(product: index),
                byteCount: format.byteCount(rows: rows, columns: columns))
            graph.node("MatMul", path, [x, weight], [result])
        case .blocks(let blocks, _):
            let count = blocks.blocks(columns: columns)
            let weight = graph.initializer(
                "\(matrix.weightName)_Q\(blocks.bits)", .u8, [rows, count, blocks.columns * blocks.bits / 8],
                .weights(product: index), byteCount: rows * blocks.integerBytes(columns: columns))
            let scales = graph.initializer(
                "\(matrix.weightName)_scales", type, [rows, count], .scales(product: index),
                byteCount: rows * blocks.scaleBytes(columns: columns))
            var attributes: [(key: String, value: ONNXAttribute)] = [
                ("K", .integer(columns)), ("N", .integer(rows)), ("bits", .integer(blocks.bits)),
                ("block_size", .integer(blocks.columns)),
            ]
            // Providers that have no levels know no such attribute.
            if options.givenAccuracyLevel > 0 {
                attributes.insert(("accuracy_level", .integer(options.givenAccuracyLevel)), at: 2)
            }
            graph.node(
                "MatMulNBits", of: Self.runtime, "\(path)_Q\(blocks.bits)", [x, weight, scales], [result], attributes)
        }
        if output == nil { graph.value(result, type, activations(rows)) }
        return result
    }

    /// W_down (silu(W_gate x) ⊙ W_up x), silu(v) being v · sigmoid(v).
    mutating func feedForward(_ x: String, _ layer: LayerProducts, path: String) -> String {
        let shape = activations(configuration.intermediateSize)
        let gate = product(x, layer.gate)
        let up = product(x, layer.up)
        let sigmoid = graph.add("Sigmoid", "\(path)/act_fn/Sigmoid", [gate], type, shape)
        let silu = graph.add("Mul", "\(path)/act_fn/Mul", [gate, sigmoid], type, shape)
        return product(graph.add("Mul", "\(path)/Mul", [silu, up], type, shape), layer.down)
    }
}
