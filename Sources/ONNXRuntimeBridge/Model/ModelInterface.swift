/// The inputs and outputs by which a session is driven.
struct ModelInterface {
    let configuration: GenAIConfiguration
    /// Whether positions are told, or counted by the model itself.
    let takesPositions: Bool
    /// Whether ``ONNXDocument/rowSelectionInput`` is there.
    let selectsRows: Bool
    /// Of keys and values.
    let cacheType: ElementType
    /// Present keys and values, layer by layer: (name, place among the session's outputs).
    let presents: [(name: String, index: Int)]
    /// Past keys and values in the same order.
    let pasts: [String]
    let outputCount: Int

    /// Proves that the model takes what the bridge gives, and gives what it reads.
    ///
    /// - Throws: ``ONNXRuntimeError/wrongInterface(file:name:found:expected:)``.
    init(
        _ session: Session, _ configuration: GenAIConfiguration, file: String
    ) throws(ONNXRuntimeError) {
        let ports = Ports(session, file)
        do throws(CallFailure) {
            ports.inputs = try session.inputs()
            ports.outputs = try session.outputs()
        } catch {
            throw .sessionFailed(provider: session.provider.name, file: file, detail: error.message)
        }
        self.configuration = configuration
        takesPositions = ports.has(input: configuration.positions)
        selectsRows = ports.has(input: ONNXDocument.rowSelectionInput)
        for name in [configuration.tokens, configuration.mask] + (takesPositions ? [configuration.positions] : []) {
            try ports.require(input: name, [.i64], [nil, nil])
        }
        pasts = zip(configuration.pastKeys, configuration.pastValues).flatMap { [$0, $1] }
        let names = zip(configuration.presentKeys, configuration.presentValues).flatMap { [$0, $1] }
        let shape = [nil, configuration.keyValueHeadCount, nil, configuration.headSize]
        cacheType = try ports.require(input: pasts[0], [.f32, .f16, .bf16], shape).type
        var presents: [(name: String, index: Int)] = []
        for (past, present) in zip(pasts, names) {
            try ports.require(input: past, [cacheType], shape)
            presents.append((present, try ports.require(output: present, [cacheType], shape).index))
        }
        self.presents = presents
        try ports.require(
            output: configuration.logits, [.f32, .f16, .bf16], [nil, nil, configuration.vocabularySize])
        outputCount = ports.outputs.count
        let known = Set(
            pasts + [
                configuration.tokens, configuration.mask, configuration.positions, ONNXDocument.rowSelectionInput,
            ])
        if let other = ports.inputs.first(where: { !known.contains($0.name) }) {
            throw .wrongInterface(
                file: file, name: other.name, found: "an input that nothing is known of",
                expected: "those of a decoder with a cache: \(configuration.tokens), \(configuration.mask), "
                    + "\(configuration.positions), \(pasts[0]) …")
        }
    }
}

/// What a session declares, asked for by name.
private final class Ports {
    var inputs: [Session.Port] = []
    var outputs: [Session.Port] = []
    private let file: String

    init(_ session: Session, _ file: String) { self.file = file }

    func has(input name: String) -> Bool { inputs.contains { $0.name == name } }

    @discardableResult
    func require(
        input name: String, _ types: [ElementType], _ shape: [Int?]
    ) throws(ONNXRuntimeError) -> (type: ElementType, index: Int) {
        try require(name, "input", inputs, types, shape)
    }

    @discardableResult
    func require(
        output name: String, _ types: [ElementType], _ shape: [Int?]
    ) throws(ONNXRuntimeError) -> (type: ElementType, index: Int) {
        try require(name, "output", outputs, types, shape)
    }

    private func require(
        _ name: String, _ kind: String, _ ports: [Session.Port], _ types: [ElementType], _ shape: [Int?]
    ) throws(ONNXRuntimeError) -> (type: ElementType, index: Int) {
        let expected = types.map { "\($0)" }.joined(separator: " or ") + " " + Self.text(shape)
        guard let index = ports.firstIndex(where: { $0.name == name }) else {
            let names = ports.prefix(8).map(\.name).joined(separator: ", ")
            throw .wrongInterface(
                file: file, name: name,
                found: "no such \(kind) among \(names.isEmpty ? "none" : names)\(ports.count > 8 ? " …" : "")",
                expected: expected)
        }
        let port = ports[index]
        let fits =
            port.shape.count == shape.count && zip(port.shape, shape).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
        guard types.contains(port.type), fits else {
            throw .wrongInterface(
                file: file, name: name, found: "\(port.type) \(Self.text(port.shape))", expected: expected)
        }
        return (port.type, index)
    }

    private static func text(_ shape: [Int?]) -> String {
        "[" + shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
    }
}
