import ONNXFormat

/// What a tensor's elements are.
enum ONNXType: Sendable {
    case f32, f16, u8, i32, i64, bool

    var proto: ONNXTensorProto.DataType {
        switch self {
        case .f32: .float
        case .f16: .float16
        case .u8: .uint8
        case .i32: .int32
        case .i64: .int64
        case .bool: .bool
        }
    }
}

/// An extent of a shape: a number, or a name for one that an inference brings.
enum ONNXExtent: Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case fixed(Int)
    case named(String)

    init(integerLiteral value: Int) { self = .fixed(value) }
    init(stringLiteral value: String) { self = .named(value) }
}

enum ONNXAttribute: Sendable {
    case integer(Int)
    case integers([Int])
    case real(Float)
    case tensor(ONNXTensorProto)
    case graph(ONNXGraphProto)
}

/// A model as ONNX holds it: nodes that look back at values by their names, and initializers whose elements stand in a file
/// beside the graph.
struct ONNXGraph: Sendable {
    private(set) var proto = ONNXGraphProto()
    private(set) var data = ONNXData()
    private var constants: Set<String> = []

    init(name: String) { proto.name = name }

    // MARK: The model's edge

    mutating func input(_ name: String, _ type: ONNXType, _ shape: [ONNXExtent]) {
        proto.input.append(Self.info(name, type, shape))
    }

    mutating func output(_ name: String, _ type: ONNXType, _ shape: [ONNXExtent]) {
        proto.output.append(Self.info(name, type, shape))
    }

    // MARK: Nodes

    /// Adds an operation. An input or output that is left out has no name.
    mutating func node(
        _ operation: String, of domain: String = "", _ name: String, _ inputs: [String], _ outputs: [String],
        _ attributes: [(key: String, value: ONNXAttribute)] = []
    ) {
        var node = ONNXNodeProto()
        node.name = name
        node.opType = operation
        if !domain.isEmpty { node.domain = domain }
        node.input = inputs
        node.output = outputs
        node.attribute = attributes.map { Self.attribute($0.key, $0.value) }
        proto.node.append(node)
    }

    /// Says what a value between two nodes is.
    mutating func value(_ name: String, _ type: ONNXType, _ shape: [ONNXExtent]) {
        proto.valueInfo.append(Self.info(name, type, shape))
    }

    /// An operation with one output, called like the node.
    ///
    /// - Returns: the output's name.
    mutating func add(
        _ operation: String, of domain: String = "", _ name: String, _ inputs: [String], _ type: ONNXType,
        _ shape: [ONNXExtent]?, _ attributes: [(key: String, value: ONNXAttribute)] = []
    ) -> String {
        let output = "\(name)/output_0"
        node(operation, of: domain, name, inputs, [output], attributes)
        if let shape { value(output, type, shape) }
        return output
    }

    /// Integers that stand in the graph: a list, or a single one where `isScalar`. Each is there once.
    mutating func integers(_ values: [Int], _ type: ONNXType = .i64, isScalar: Bool = false) -> String {
        let text = isScalar ? "\(values[0])" : "[\(values.map(String.init).joined(separator: ", "))]"
        let kind = type == .i32 ? "INT32" : "INT64"
        let name = "/model/constants/\(kind)/\(text)"
        guard constants.insert(name).inserted else { return name }
        let shape = isScalar ? [] : [values.count]
        let tensor = Self.tensor(name, type, shape, values.flatMap { Self.bytes($0, type) })
        node("Constant", "/model/constant_nodes/\(kind)/\(text)", [], [name], [("value", .tensor(tensor))])
        value(name, type, shape.map { .fixed($0) })
        return name
    }

    // MARK: Initializers

    /// Adds a tensor whose elements are appended to the file.
    ///
    /// - Returns: its name.
    @discardableResult
    mutating func initializer(
        _ name: String, _ type: ONNXType, _ shape: [Int], _ content: ONNXData.Content, byteCount: Int
    ) -> String {
        let range = data.append(content, byteCount: byteCount)
        var tensor = Self.tensor(name, type, shape, nil)
        tensor.dataLocation = .external
        let location = [
            ("location", ONNXData.fileName), ("offset", String(range.lowerBound)), ("length", String(range.count)),
        ]
        tensor.externalData = location.map { key, value in
            var entry = ONNXStringStringEntryProto()
            entry.key = key
            entry.value = value
            return entry
        }
        proto.initializer.append(tensor)
        return name
    }

    // MARK: Messages

    /// A tensor with its elements in the message itself, or none yet.
    static func tensor(_ name: String, _ type: ONNXType, _ shape: [Int], _ bytes: [UInt8]?) -> ONNXTensorProto {
        var tensor = ONNXTensorProto()
        tensor.name = name
        tensor.dims = shape.map(Int64.init)
        tensor.dataType = Int32(type.proto.rawValue)
        if let bytes { tensor.raw = bytes }
        return tensor
    }

    static func info(_ name: String, _ type: ONNXType, _ shape: [ONNXExtent]) -> ONNXValueInfoProto {
        var info = ONNXValueInfoProto()
        info.name = name
        info.type.tensorType.elemType = Int32(type.proto.rawValue)
        info.type.tensorType.shape.dim = shape.map { extent in
            var dimension = ONNXTensorShapeProto.Dimension()
            switch extent {
            case .fixed(let count): dimension.dimValue = Int64(count)
            case .named(let name): dimension.dimParam = name
            }
            return dimension
        }
        return info
    }

    private static func attribute(_ name: String, _ value: ONNXAttribute) -> ONNXAttributeProto {
        var attribute = ONNXAttributeProto()
        attribute.name = name
        switch value {
        case .integer(let integer): (attribute.type, attribute.i) = (.int, Int64(integer))
        case .integers(let integers): (attribute.type, attribute.ints) = (.ints, integers.map(Int64.init))
        case .real(let real): (attribute.type, attribute.f) = (.float, real)
        case .tensor(let tensor): (attribute.type, attribute.t) = (.tensor, tensor)
        case .graph(let graph): (attribute.type, attribute.g) = (.graph, graph)
        }
        return attribute
    }

    private static func bytes(_ value: Int, _ type: ONNXType) -> [UInt8] {
        (0..<(type == .i32 ? 4 : 8)).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
