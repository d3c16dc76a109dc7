extension ONNXDecoder {
    /// What the attention adds to x: (batch, tokens, hidden).
    mutating func attention(_ x: String, layer: Int, _ products: LayerProducts, _ shared: Shared) -> String {
        let path = "/model/layers.\(layer)/attn"
        var inputs = products.queryKeyValue.map { product(x, $0) }
        var caches = ["", ""]
        if let positions = shared.positions {
            let heads = [configuration.headCount, configuration.keyValueHeadCount]
            for (index, name) in ["q", "k"].enumerated() {
                inputs[index] = rotated(
                    inputs[index], positions, shared, headCount: heads[index], "\(path)/\(name)_rotary/RotaryEmbedding")
            }
        } else {
            inputs += ["", ""]
            caches = [shared.cosines, shared.sines]
        }
        inputs += [
            "past_key_values.\(layer).key", "past_key_values.\(layer).value", shared.keyCounts, shared.totalCount,
        ]
        // Positions, a bias and sinks, which no model here has.
        inputs += caches + ["", "", ""]
        let output = "\(path)/GroupQueryAttention/output_0"
        graph.node(
            "GroupQueryAttention", of: Self.runtime, "\(path)/GroupQueryAttention", inputs,
            [output, "present.\(layer).key", "present.\(layer).value"],
            [
                ("num_heads", .integer(configuration.headCount)),
                ("kv_num_heads", .integer(configuration.keyValueHeadCount)),
                ("scale", .real(1 / Float(configuration.headSize).squareRoot())),
                ("local_window_size", .integer(configuration.slidingWindow ?? -1)), ("softcap", .real(0)),
                ("do_rotary", .integer(isFused ? 1 : 0)), ("rotary_interleaved", .integer(0)),
            ])
        graph.value(output, type, activations(configuration.headCount * configuration.headSize))
        return product(output, products.attentionOutput)
    }

    /// The first elements of each head by the tables, where the attention does not do it.
    private mutating func rotated(
        _ x: String, _ positions: String, _ shared: Shared, headCount: Int, _ name: String
    ) -> String {
        let isPartial = configuration.rotaryDimensions < configuration.headSize
        return graph.add(
            "RotaryEmbedding", of: Self.runtime, name, [x, positions, shared.cosines, shared.sines], type,
            activations(headCount * configuration.headSize),
            [
                ("interleaved", .integer(0)), ("num_heads", .integer(isPartial ? headCount : 0)),
                ("rotary_embedding_dim", .integer(isPartial ? configuration.rotaryDimensions : 0)),
            ])
    }

    /// How long the texts are that the mask lets through.
    struct Lengths {
        let length: String  // i64 (): of the longest one
        let total: String  // i32 (): the same
    }

    /// What the attention wants of the mask (batch, all): keys of each text less one, and of the longest.
    mutating func maskCounts() -> (keyCounts: String, lengths: Lengths) {
        let path = "/model/attn_mask_reformat/attn_mask_subgraph"
        let one = graph.integers([1])
        let sum = graph.add(
            "ReduceSum", "\(path)/ReduceSum", ["attention_mask", one], .i64, ["batch_size"], [("keepdims", .integer(0))]
        )
        let less = graph.add("Sub", "\(path)/Sub", [sum, one], .i64, ["batch_size"])
        let toInt32: [(key: String, value: ONNXAttribute)] = [("to", .integer(ONNXType.i32.proto.rawValue))]
        let keyCounts = graph.add("Cast", "\(path)/Sub/Cast", [less], .i32, ["batch_size"], toInt32)
        let shape = graph.add("Shape", "\(path)/Shape", ["attention_mask"], .i64, [2])
        let length = graph.add(
            "Gather", "\(path)/Gather", [shape, graph.integers([1], isScalar: true)], .i64, [], [("axis", .integer(0))])
        let total = graph.add("Cast", "\(path)/Gather/Cast", [length], .i32, [], toInt32)
        return (keyCounts, Lengths(length: length, total: total))
    }
}
