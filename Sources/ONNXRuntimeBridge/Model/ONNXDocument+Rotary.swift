extension ONNXDocument {
    /// LongRoPE as GenAI's builder writes it for the CPU, an If that takes the long factors where the mask is longer than a constant:
    /// that constant.
    package var rotaryBoundary: Int? {
        for node in nodes where node.operation == "If" {
            guard let condition = node.inputs.first.flatMap(producer), condition.operation == "Greater",
                condition.inputs.count == 2, let boundary = integers[condition.inputs[1]], boundary > 0
            else { continue }
            return boundary
        }
        return nil
    }

    /// How many positions the model has angles for, the least of all its layers; nil where its tables are not found.
    ///
    /// The attention and the rotation take a row of a table for each position. Not every version of the library looks whether there is one.
    ///
    ///     cosines: (positions, rotated pairs)      an If's short and long ones; or the long ones behind the short ones
    ///
    /// - Parameter boundary: the longest sequence that has LongRoPE's short factors; nil without it.
    package func rotaryPositions(boundary: Int?) -> Int? {
        nodes.compactMap { positions(of: $0, boundary: boundary) }.min()
    }

    private func positions(of node: Node, boundary: Int?) -> Int? {
        // Where GroupQueryAttention and RotaryEmbedding have the cosines.
        let places = ["GroupQueryAttention": 7, "RotaryEmbedding": 2]
        guard let place = places[node.operation], place < node.inputs.count, !node.inputs[place].isEmpty else {
            return nil
        }
        let table = node.inputs[place]
        guard let count = rows[table] else {
            guard let choice = producer(of: table), choice.operation == "If" else { return nil }
            // The short ones are taken up to the boundary, and must reach as far.
            let shortest = choice.innerRows.min()
            return shortest.map { $0 < boundary ?? 0 } ?? false ? shortest : choice.innerRows.max()
        }
        // Positions that something is added to: past the boundary they point behind the short factors' rows.
        let isShifted = node.operation == "RotaryEmbedding" && producer(of: node.inputs[1])?.operation == "Add"
        return isShifted ? max(0, count - (boundary ?? 0)) : count
    }
}
