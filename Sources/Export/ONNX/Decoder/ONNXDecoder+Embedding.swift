import Kernels

extension ONNXDecoder {
    /// A row of the embedding for each token: (batch, tokens, hidden).
    ///
    /// A tied head is the same tensor: its integers of four bits are gathered as they are, its numbers turned back. Where it
    /// has eight bits, the embedding is a tensor of its own, as everywhere else.
    mutating func embedding(_ tensors: DecoderTensors, head: ProductMatrix) -> String {
        let path = "/model/embed_tokens"
        let (rows, columns) = (tensors.embedding.rows, tensors.embedding.columns)
        if tensors.head == nil, let index = plan.indices[head.path] {
            switch plan.formats[index] {
            case .dense:
                let turned = graph.add(
                    "Transpose", "\(path)/Transpose", [head.weightName], type, [.fixed(rows), .fixed(columns)],
                    [("perm", .integers([1, 0]))])
                return graph.add("Gather", "\(path)/Gather", [turned, "input_ids"], type, hidden)
            case .blocks(let blocks, _) where blocks.bits == 4: return gathered(head, blocks, path)
            case .blocks: break
            }
        }
        let embedding = graph.initializer(
            "model.embed_tokens.weight", type, [rows, columns], .embedding,
            byteCount: rows * columns * (options.isHalf ? 2 : 4))
        return graph.add("Gather", "\(path)/Gather", [embedding, "input_ids"], type, hidden)
    }

    /// Rows of a matrix of integers, less what fills its last blocks.
    private mutating func gathered(_ head: ProductMatrix, _ blocks: NBitBlocks, _ path: String) -> String {
        let bytes = blocks.integerBytes(columns: head.columns)
        let width = blocks.blocks(columns: head.columns) * blocks.columns
        let shape = graph.integers([head.rows, bytes])
        let rows = graph.add(
            "Reshape", "\(path)/Reshape", ["\(head.weightName)_Q\(blocks.bits)", shape], .u8,
            [.fixed(head.rows), .fixed(bytes)])
        let x = graph.add(
            "GatherBlockQuantized", of: Self.runtime, "\(path)/GatherBlockQuantized",
            [rows, "input_ids", "\(head.weightName)_scales"], type, activations(width),
            [
                ("bits", .integer(blocks.bits)), ("block_size", .integer(blocks.columns)), ("gather_axis", .integer(0)),
                ("quantize_axis", .integer(1)),
            ])
        guard width > head.columns else { return x }
        let bounds = [graph.integers([0]), graph.integers([head.columns]), graph.integers([-1])]
        return graph.add("Slice", "\(path)/Slice", [x] + bounds, type, hidden)
    }
}
