import Kernels

extension DecoderGraph {
    /// A matrix as f32 numbers, (outputs, inputs), made anew of its stored form wherever it is used.
    mutating func weight(_ matrix: ModelMatrix) -> IRValue {
        guard let index = plan.matrices.firstIndex(where: { $0.name == matrix.name }) else {
            preconditionFailure("\(matrix.name) is not in the plan")
        }
        let (rows, columns) = (matrix.rows, matrix.columns)
        let name = "self.\(matrix.name).weight"
        switch plan.formats[index] {
        case .half:
            let halves = graph.constant(.halves, ofMatrix: index, .f16, shape: [rows, columns], name: name)
            return graph.convert(halves, to: .f32, isDecompression: true)
        case .integers(let groups):
            return graph.convert(integers(index, groups, rows: rows, columns: columns, name: name), to: .f32)
        }
    }

    /// y = W x for every token: (batch, tokens, inputs) to (batch, tokens, outputs).
    mutating func product(_ x: IRValue, _ matrix: ModelMatrix) -> IRValue {
        graph.matMul(x, weight(matrix), transposingB: true, name: "\(matrix.name)/MatMul")
    }

    /// d · (q − z) in f16: (rows, columns)
    private mutating func integers(
        _ index: Int, _ format: IntegerGroups, rows: Int, columns: Int, name: String
    ) -> IRValue {
        let groups = columns / format.columns
        let isGrouped = groups > 1
        let shape = isGrouped ? [rows, groups, format.columns] : [rows, columns]
        let scaleShape = isGrouped ? [rows, groups, 1] : [rows, 1]
        let type: IRType =
            switch (format.bits, format.hasZeroPoints) {
            case (4, false): .i4
            case (4, true): .u4
            case (_, false): .i8
            case (_, true): .u8
            }
        let stored = graph.constant(.integers, ofMatrix: index, type, shape: shape, name: name)
        var q = graph.convert(stored, to: .f16)
        if format.hasZeroPoints {
            let zeroPoints = graph.constant(
                .zeroPoints, ofMatrix: index, type, shape: scaleShape, name: "\(name)/zero_point")
            q = graph.minus(q, graph.convert(zeroPoints, to: .f16))
        }
        let scales = graph.constant(.scales, ofMatrix: index, .f16, shape: scaleShape, name: "\(name)/scale")
        let product = graph.times(q, scales)
        return isGrouped ? graph.reshape(product, [rows, columns]) : product
    }
}
