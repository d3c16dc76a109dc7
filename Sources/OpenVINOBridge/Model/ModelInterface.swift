/// The inputs and the output by which a compiled model is driven.
struct ModelInterface {
    let tokens = "input_ids"
    let mask = "attention_mask"
    let positions = "position_ids"
    let beam = "beam_idx"
    let logits = "logits"
    /// Whether ``IRDocument/rowSelectionInput`` is there.
    let selectsRows: Bool

    /// Proves that the model takes what the bridge gives, and gives what it reads.
    ///
    /// - Throws: ``OpenVINOError/wrongInterface(file:name:found:expected:)``.
    init(
        _ compiled: CompiledModel, file: String, vocabularySize: Int, selectsRows: Bool
    ) throws(OpenVINOError) {
        self.selectsRows = selectsRows
        let inputs: [CompiledModel.Port]
        let outputs: [CompiledModel.Port]
        do throws(CallFailure) {
            inputs = try compiled.inputs()
            outputs = try compiled.outputs()
        } catch {
            throw .compileFailed(device: compiled.device, file: file, detail: error.message)
        }
        var expected: [(name: String, type: CompiledModel.ElementType, rank: Int)] = [
            (tokens, .i64, 2), (mask, .i64, 2), (positions, .i64, 2), (beam, .i32, 1),
        ]
        if selectsRows { expected.append((IRDocument.rowSelectionInput, .i64, 1)) }
        for (name, type, rank) in expected {
            guard let port = inputs.first(where: { $0.name == name }) else {
                throw .wrongInterface(
                    file: file, name: name, found: "no such input among \(Self.names(inputs))",
                    expected: "the inputs of a stateful decoder: input_ids, attention_mask, position_ids, beam_idx")
            }
            guard port.type == type, port.shape.count == rank || port.shape.isEmpty else {
                throw .wrongInterface(
                    file: file, name: name, found: "\(port.type) of rank \(port.shape.count)",
                    expected: "\(type) of rank \(rank)")
            }
        }
        if let other = inputs.first(where: { port in !expected.contains { $0.name == port.name } }) {
            throw .wrongInterface(
                file: file, name: other.name, found: "an input that nothing is known of",
                expected: "a stateful model, whose cache is inside (task text-generation-with-past)")
        }
        guard let port = outputs.first(where: { $0.name == "logits" }) else {
            throw .wrongInterface(
                file: file, name: "logits", found: "no such output among \(Self.names(outputs))",
                expected: "the logits of a decoder")
        }
        let columns = port.shape.last ?? nil
        guard [.f32, .f16].contains(port.type), columns == nil || columns == vocabularySize else {
            throw .wrongInterface(
                file: file, name: "logits", found: "\(port.type) of \(columns.map(String.init) ?? "any") columns",
                expected: "floats for the vocabulary of \(vocabularySize)")
        }
    }

    /// Sets the inputs for tokens at positions, with the first of them whose logits are wanted.
    func set(
        _ tokens: [Int], _ positions: Range<Int>, firstRow: Int, of request: InferRequest
    ) throws(CallFailure) {
        try request.set(self.tokens, tokens.map { Int64($0) }, shape: [1, tokens.count])
        try request.set(
            mask, [Int64](repeating: 1, count: positions.upperBound), shape: [1, positions.upperBound])
        try request.set(self.positions, positions.map { Int64($0) }, shape: [1, tokens.count])
        try request.set(beam, [Int32(0)], shape: [1])
        if selectsRows { try request.set(IRDocument.rowSelectionInput, [0, Int64(firstRow)], shape: [2]) }
    }

    private static func names(_ ports: [CompiledModel.Port]) -> String {
        ports.isEmpty ? "none" : ports.map(\.name).joined(separator: ", ")
    }
}
