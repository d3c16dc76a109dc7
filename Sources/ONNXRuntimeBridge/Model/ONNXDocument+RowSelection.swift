extension ONNXDocument {
    /// The input that ``selectingRows(of:)`` adds: i64 [1], the first position whose logits are wanted.
    static let rowSelectionInput = "swiftlet_first_row"

    /// A model whose output head runs only for the last positions, from an index on that is one more input.
    ///
    /// A model as it is exported gives the logits of all positions. Of a prompt only the last is wanted, and for a vocabulary of
    /// 50,000 the others cost a fifth of a small model's time, and memory by the hundred megabytes. So a Slice goes in
    /// front of the product that the logits come from:
    ///
    ///     hidden (1, T, hidden) → [first:] → (1, T - first, hidden) → MatMul → logits
    ///
    /// - Returns: nil where the end of the model is of another form.
    package func selectingRows(of logits: String) -> [UInt8]? {
        guard let head = headProduct(logits), let hidden = head.inputs.first, !hidden.isEmpty else { return nil }
        let name = Self.rowSelectionInput
        let sliced = "\(name)/hidden"
        // Of the head its inputs are written anew, and the rest is left as it is.
        guard let rest = fields(of: head, except: 1) else { return nil }
        let newHead = ([sliced] + head.inputs.dropFirst()).flatMap { WireWriter.text(1, $0) } + rest
        let slice =
            [hidden, name, "\(name)/end", "\(name)/axis"].flatMap { WireWriter.text(1, $0) }
            + WireWriter.text(2, sliced) + WireWriter.text(3, "\(name)/Slice") + WireWriter.text(4, "Slice")
        let content =
            Array(bytes[graphContent.lowerBound..<head.range.lowerBound])
            + WireWriter.message(1, slice) + WireWriter.message(1, newHead)
            + Array(bytes[head.range.upperBound..<graphContent.upperBound])
            + WireWriter.message(5, Self.integer("\(name)/end", .max))
            + WireWriter.message(5, Self.integer("\(name)/axis", 1))
            + WireWriter.message(11, Self.input(name))
        return Array(bytes[..<graph.lowerBound]) + WireWriter.message(7, content) + Array(bytes[graph.upperBound...])
    }

    /// The product that the logits come from, conversions of their type aside.
    private func headProduct(_ logits: String) -> Node? {
        var current = logits
        for _ in 0..<4 {
            guard let node = producer(of: current) else { return nil }
            if ["MatMul", "MatMulNBits"].contains(node.operation) { return node }
            guard node.operation == "Cast", let input = node.inputs.first else { return nil }
            current = input
        }
        return nil
    }

    private func fields(of node: Node, except number: Int) -> [UInt8]? {
        var kept: [UInt8] = []
        var reader = WireReader(bytes, node.content, file: "")
        do {
            while let field = try reader.next() {
                if field.number != number { kept += bytes[field.range] }
            }
        } catch {
            return nil
        }
        return kept
    }

    /// A tensor of one 64-bit integer, as an initializer.
    private static func integer(_ name: String, _ value: Int64) -> [UInt8] {
        WireWriter.number(1, 1) + WireWriter.number(2, 7) + WireWriter.text(8, name)
            + WireWriter.message(9, (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) })
    }

    /// An input of one 64-bit integer.
    private static func input(_ name: String) -> [UInt8] {
        let dimension = WireWriter.message(1, WireWriter.number(1, 1))
        let tensor = WireWriter.number(1, 7) + WireWriter.message(2, dimension)
        return WireWriter.text(1, name) + WireWriter.message(2, WireWriter.message(1, tensor))
    }
}
