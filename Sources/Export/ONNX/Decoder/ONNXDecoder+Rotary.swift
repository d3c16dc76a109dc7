import ONNXFormat
import Transformer

extension ONNXDecoder {
    /// Names of the tables that rotate q and k, and of the positions in them where the attention does not count itself.
    ///
    /// LongRoPE has two pairs of tables. Where the provider knows If, the length of the whole text chooses; elsewhere the
    /// long ones stand behind the short ones, and positions are moved there. Keys that are cached keep the factors that they
    /// were rotated with: whoever crosses that length has to run the whole text anew.
    mutating func rotary(length: String) -> (cosines: String, sines: String, positions: String?) {
        let positions = isFused ? nil : "position_ids"
        guard let scaling = configuration.ropeScaling else {
            let cache = RotaryCache(configuration, factors: nil, positions: configuration.contextTokens)
            table("cos_cache", cache.cosines, cache.positions)
            table("sin_cache", cache.sines, cache.positions)
            return ("cos_cache", "sin_cache", positions)
        }
        let short = RotaryCache(
            configuration, factors: scaling.shortFactors, positions: scaling.originalContextTokens)
        let long = RotaryCache(configuration, factors: scaling.longFactors, positions: configuration.contextTokens)
        if let positions {
            table("cos_cache", short.cosines + long.cosines, short.positions + long.positions)
            table("sin_cache", short.sines + long.sines, short.positions + long.positions)
            return ("cos_cache", "sin_cache", moved(positions, scaling))
        }
        let isLong = graph.add(
            "Greater", "/model/rope_caches_subgraph/Greater",
            [length, graph.integers([scaling.originalContextTokens], isScalar: true)], .bool, [])
        graph.node(
            "If", "/model/rope_caches_subgraph/If", [isLong], ["cos_cache", "sin_cache"],
            [("then_branch", .graph(branch("large", long))), ("else_branch", .graph(branch("small", short)))])
        for name in ["cos_cache", "sin_cache"] { graph.value(name, type, ["max_sequence_length", "head_dim / 2"]) }
        return ("cos_cache", "sin_cache", nil)
    }

    private var pairs: Int { configuration.rotaryDimensions / 2 }

    private mutating func table(_ name: String, _ values: [Float], _ positions: Int) {
        let bytes = bytes(values)
        graph.initializer(name, type, [positions, pairs], .bytes(bytes), byteCount: bytes.count)
    }

    /// Positions past the short tables where one lies beyond the context that the model was first trained with.
    private mutating func moved(_ positions: String, _ scaling: ModelConfiguration.LongRoPE) -> String {
        let path = "/model/pos_ids_reformat"
        let shape: [ONNXExtent] = ["batch_size", "sequence_length"]
        let original = graph.integers([scaling.originalContextTokens], isScalar: true)
        let largest = graph.add("ReduceMax", "\(path)/ReduceMax", [positions], .i64, nil, [("keepdims", .integer(0))])
        let isLong = graph.add("GreaterOrEqual", "\(path)/GreaterOrEqual", [largest, original], .bool, nil)
        let flag = graph.add(
            "Cast", "\(path)/Cast", [isLong], .i64, nil, [("to", .integer(ONNXType.i64.proto.rawValue))])
        let offset = graph.add("Mul", "\(path)/Mul", [flag, original], .i64, nil)
        return graph.add("Add", "\(path)/Add_1", [offset, positions], .i64, shape)
    }

    /// A graph of two constants, which an If chooses or leaves.
    private func branch(_ size: String, _ cache: RotaryCache) -> ONNXGraphProto {
        var branch = ONNXGraph(name: "\(size)_rope_caches_graph")
        for (name, values) in [("cos_cache", cache.cosines), ("sin_cache", cache.sines)] {
            let output = "\(name)_\(size)"
            let tensor = ONNXGraph.tensor("", type, [cache.positions, pairs], bytes(values))
            branch.node("Constant", "/\(size)/\(name)/Constant", [], [output], [("value", .tensor(tensor))])
            branch.output(output, type, [.fixed(cache.positions), .fixed(pairs)])
        }
        return branch.proto
    }
}
