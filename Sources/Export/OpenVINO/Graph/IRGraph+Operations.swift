/// The operations of OpenVINO that a decoder is made of, in the versions that plugins match their fusions on.
extension IRGraph {
    // MARK: The model's edge

    /// An input that may have any size.
    mutating func parameter(_ name: String, _ type: IRType, rank: Int) -> IRValue {
        let shape = [String](repeating: "?", count: rank).joined(separator: ",")
        return add(
            "Parameter", [], [type], [("shape", shape), ("element_type", type.rawValue)], name: name, tensorName: name)
    }

    mutating func result(_ value: IRValue, name: String) { add("Result", [value], [], name: name) }

    /// What a variable holds; the initial value where it was reset.
    mutating func readValue(_ id: String, initial: IRValue, shape: String) -> IRValue {
        let type = initial.type
        return add(
            "ReadValue", opset: 6, [initial], [type],
            [("variable_id", id), ("variable_type", type.rawValue), ("variable_shape", shape)])
    }

    mutating func assign(_ value: IRValue, to id: String) {
        add("Assign", opset: 6, [value], [value.type], [("variable_id", id)])
    }

    // MARK: Arithmetic, element by element

    mutating func plus(_ a: IRValue, _ b: IRValue) -> IRValue { broadcasting("Add", a, b) }
    mutating func minus(_ a: IRValue, _ b: IRValue) -> IRValue { broadcasting("Subtract", a, b) }
    mutating func times(_ a: IRValue, _ b: IRValue) -> IRValue { broadcasting("Multiply", a, b) }
    mutating func power(_ a: IRValue, _ b: IRValue) -> IRValue { broadcasting("Power", a, b) }

    mutating func over(_ a: IRValue, _ b: IRValue) -> IRValue {
        add("Divide", [a, b], [a.type], [("auto_broadcast", "numpy"), ("m_pythondiv", "true")])
    }

    mutating func isGreater(_ a: IRValue, _ b: IRValue) -> IRValue { broadcasting("Greater", a, b, .boolean) }
    mutating func isAtMost(_ a: IRValue, _ b: IRValue) -> IRValue { broadcasting("LessEqual", a, b, .boolean) }

    mutating func both(_ a: IRValue, _ b: IRValue) -> IRValue {
        add("BitwiseAnd", opset: 13, [a, b], [a.type], [("auto_broadcast", "numpy")])
    }

    mutating func select(_ condition: IRValue, _ yes: IRValue, _ no: IRValue) -> IRValue {
        add("Select", [condition, yes, no], [yes.type], [("auto_broadcast", "numpy")])
    }

    mutating func squareRoot(_ x: IRValue) -> IRValue { add("Sqrt", [x], [x.type]) }
    mutating func cosine(_ x: IRValue) -> IRValue { add("Cos", [x], [x.type]) }
    mutating func sine(_ x: IRValue) -> IRValue { add("Sin", [x], [x.type]) }

    /// x · sigmoid(x)
    mutating func swish(_ x: IRValue) -> IRValue { add("Swish", opset: 4, [x], [x.type]) }

    mutating func convert(_ x: IRValue, to type: IRType, isDecompression: Bool = false) -> IRValue {
        add(
            "Convert", [x], [type], [("destination_type", type.rawValue)], isDecompression: isDecompression)
    }

    private mutating func broadcasting(
        _ operation: String, _ a: IRValue, _ b: IRValue, _ type: IRType? = nil
    ) -> IRValue {
        add(operation, [a, b], [type ?? a.type], [("auto_broadcast", "numpy")])
    }

    // MARK: Sums

    mutating func matMul(
        _ a: IRValue, _ b: IRValue, transposingB: Bool = false, name: String? = nil, tensorName: String? = nil
    ) -> IRValue {
        add(
            "MatMul", [a, b], [a.type], [("transpose_a", "false"), ("transpose_b", String(transposingB))], name: name,
            tensorName: tensorName)
    }

    /// The mean of the last axis, which stays as one of 1.
    mutating func lastMean(_ x: IRValue) -> IRValue {
        add("ReduceMean", [x, list([-1])], [x.type], [("keep_dims", "true")])
    }

    /// The largest element of a matrix: ()
    mutating func largest(_ x: IRValue) -> IRValue {
        add("ReduceMax", [x, list([0, 1])], [x.type], [("keep_dims", "false")])
    }

    mutating func attention(
        _ q: IRValue, _ k: IRValue, _ v: IRValue, mask: IRValue, scale: IRValue
    ) -> IRValue {
        add(
            "ScaledDotProductAttention", opset: 13, [q, k, v, mask, scale], [q.type], [("causal", "false")])
    }

    // MARK: Shapes

    /// The shape's extents: (rank)
    mutating func shape(of x: IRValue) -> IRValue { add("ShapeOf", opset: 3, [x], [.i64], [("output_type", "i64")]) }

    /// Elements along an axis by their indices.
    mutating func gather(_ x: IRValue, _ indices: IRValue, axis: Int) -> IRValue {
        add("Gather", opset: 8, [x, indices, scalar(axis)], [x.type], [("batch_dims", "0")])
    }

    /// An extent of a tensor: ()
    mutating func extent(_ axis: Int, of x: IRValue) -> IRValue { gather(shape(of: x), scalar(axis), axis: 0) }

    /// Extents of a tensor: (axes)
    mutating func extents(_ axes: [Int], of x: IRValue) -> IRValue { gather(shape(of: x), list(axes), axis: 0) }

    /// 0 in the new extents keeps the old one, −1 is what is left.
    mutating func reshape(_ x: IRValue, _ extents: [Int]) -> IRValue {
        add("Reshape", [x, list(extents)], [x.type], [("special_zero", "true")])
    }

    mutating func transpose(_ x: IRValue, _ order: [Int]) -> IRValue {
        add("Transpose", [x, list(order, .i32)], [x.type])
    }

    mutating func unsqueeze(_ x: IRValue, axis: Int) -> IRValue { add("Unsqueeze", [x, scalar(axis)], [x.type]) }

    mutating func concat(_ parts: [IRValue], axis: Int) -> IRValue {
        add("Concat", parts, [parts[0].type], [("axis", String(axis))])
    }

    /// - Parameter mode: "numpy", or "bidirectional" where the shape's ones take the extents of `x`.
    mutating func broadcast(_ x: IRValue, to shape: IRValue, mode: String) -> IRValue {
        add("Broadcast", opset: 3, [x, shape], [x.type], [("mode", mode)])
    }

    /// The elements of an axis from `start` to before `end`.
    mutating func slice(_ x: IRValue, _ start: Int, _ end: Int, axis: Int) -> IRValue {
        slice(x, start, list([end]), axis: axis)
    }

    mutating func slice(_ x: IRValue, _ start: Int, _ end: IRValue, axis: Int) -> IRValue {
        add("Slice", opset: 8, [x, list([start]), end, list([1]), list([axis])], [x.type])
    }

    /// An axis cut into parts of these sizes.
    mutating func split(_ x: IRValue, axis: Int, _ sizes: [Int]) -> [IRValue] {
        let first = add(
            "VariadicSplit", [x, scalar(axis), list(sizes)], [IRType](repeating: x.type, count: sizes.count))
        return sizes.indices.map { IRValue(node: first.node, output: $0, type: x.type) }
    }

    /// start, start + 1, … before the end.
    mutating func range(_ start: IRValue, _ end: IRValue) -> IRValue {
        add("Range", opset: 4, [start, end, scalar(1)], [.i64], [("output_type", "i64")])
    }
}
