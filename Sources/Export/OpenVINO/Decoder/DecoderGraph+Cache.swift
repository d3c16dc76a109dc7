extension DecoderGraph {
    /// The keys and values of earlier tokens, which a variable keeps from one inference to the next.
    struct Cache {
        let layer: Int
        let keys: IRValue  // (batch, keyValueHeads, past, headSize)
        let values: IRValue  // (batch, keyValueHeads, past, headSize)
    }

    /// What the variables hold, with the sequences of a batch in the order of the beams that go on.
    mutating func cache(layer: Int, batch: IRValue, beams: IRValue) -> Cache {
        graph.scope = "model.layers.\(layer).cache"
        return Cache(
            layer: layer, keys: past("key", layer, batch: batch, beams: beams),
            values: past("value", layer, batch: batch, beams: beams))
    }

    /// Keys, or values, of earlier tokens and of these, which the variable holds from now on.
    mutating func extend(_ past: IRValue, with new: IRValue, _ kind: String, _ cache: Cache) -> IRValue {
        let all = graph.concat([past, new], axis: -2)  // (batch, keyValueHeads, all, headSize)
        graph.assign(all, to: Self.variable(kind, cache.layer))
        return all
    }

    private mutating func past(_ kind: String, _ layer: Int, batch: IRValue, beams: IRValue) -> IRValue {
        let (heads, size) = (configuration.keyValueHeadCount, configuration.headSize)
        let empty = graph.concat([batch, graph.list([heads]), graph.list([0]), graph.list([size])], axis: 0)
        let initial = graph.broadcast(graph.scalar(Float(0)), to: empty, mode: "numpy")
        let held = graph.readValue(Self.variable(kind, layer), initial: initial, shape: "?,\(heads),?,\(size)")
        return graph.gather(held, beams, axis: 0)
    }

    /// The name that optimum-intel gives a variable: those of an input and an output of a model without state, joined.
    static func variable(_ kind: String, _ layer: Int) -> String {
        "past_key_values.\(layer).\(kind)present.\(layer).\(kind)"
    }
}
