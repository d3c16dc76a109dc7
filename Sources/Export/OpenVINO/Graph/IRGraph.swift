/// What a node of the graph gives: an edge can begin here.
struct IRValue: Sendable {
    let node: Int
    let output: Int
    let type: IRType
}

/// An operation with its inputs, which stand before it in the graph.
struct IRNode: Sendable {
    let name: String
    /// The operation set says which of its versions is meant: MatMul of opset1.
    let operation: String
    let opset: Int
    let attributes: [(key: String, value: String)]
    let inputs: [IRValue]
    /// The type of each output.
    let outputs: [IRType]
    /// The name of the first output, by which programs ask for it.
    let tensorName: String?
    /// Whether plugins must keep the stored type, instead of computing this at load: weights would be four times as large.
    let isDecompression: Bool
}

/// A model as OpenVINO's IR holds it: nodes that only look back, and the constants in a file beside them.
///
/// The operations stand in `IRGraph+Operations.swift`.
struct IRGraph: Sendable {
    private(set) var nodes: [IRNode] = []
    private(set) var constants = ConstantFile()
    /// What names of nodes begin with.
    var scope = "model"
    private var nameCounts: [String: Int] = [:]

    /// Adds an operation.
    ///
    /// - Parameter name: nil for one made of the scope and the operation.
    /// - Returns: its first output.
    @discardableResult
    mutating func add(
        _ operation: String, opset: Int = 1, _ inputs: [IRValue], _ outputs: [IRType],
        _ attributes: [(key: String, value: String)] = [], name: String? = nil, tensorName: String? = nil,
        isDecompression: Bool = false
    ) -> IRValue {
        nodes.append(
            IRNode(
                name: unique(name ?? "\(scope)/\(operation)"), operation: operation, opset: opset,
                attributes: attributes, inputs: inputs, outputs: outputs, tensorName: tensorName,
                isDecompression: isDecompression))
        return IRValue(node: nodes.count - 1, output: 0, type: outputs.first ?? .f32)
    }

    /// Adds a constant that a small array holds.
    mutating func constant(_ bytes: [UInt8], _ type: IRType, shape: [Int]) -> IRValue {
        constant(type, shape, constants.append(bytes), name: nil)
    }

    /// Adds a constant that is made of a matrix when the file is written.
    mutating func constant(
        _ part: ConstantFile.MatrixPart, ofMatrix index: Int, _ type: IRType, shape: [Int], name: String
    ) -> IRValue {
        let byteCount = type.byteCount(of: shape.reduce(1, *))
        return constant(type, shape, constants.append(part, ofMatrix: index, byteCount: byteCount), name: name)
    }

    private mutating func constant(_ type: IRType, _ shape: [Int], _ range: Range<Int>, name: String?) -> IRValue {
        add(
            "Const", [], [type],
            [
                ("element_type", type.rawValue), ("shape", shape.map(String.init).joined(separator: ", ")),
                ("offset", String(range.lowerBound)), ("size", String(range.count)),
            ], name: name)
    }

    private mutating func unique(_ name: String) -> String {
        let count = nameCounts[name, default: 0]
        nameCounts[name] = count + 1
        return count == 0 ? name : "\(name)_\(count)"
    }
}
