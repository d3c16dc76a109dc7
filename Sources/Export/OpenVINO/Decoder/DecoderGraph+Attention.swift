extension DecoderGraph {
    /// W_o softmax(q kᵀ / √headSize + mask) v (Vaswani et al. 2017, arXiv:1706.03762), a group of heads to each head of keys
    /// and values (Ainslie et al. 2023, arXiv:2305.13245): (batch, tokens, hidden)
    mutating func attention(
        _ x: IRValue, _ layer: DecoderTensors.Layer, _ cache: Cache, _ shared: Shared
    ) -> IRValue {
        let (heads, size) = (configuration.headCount, configuration.headSize)
        let (q, k, v) = queryKeyValue(x, layer)  // (batch, heads or keyValueHeads, tokens, headSize)
        // (batch, keyValueHeads, all, headSize)
        let keys = extend(cache.keys, with: rotate(k, shared.rotary), "key", cache)
        let values = extend(cache.values, with: v, "value", cache)
        let seen = graph.attention(  // (batch, heads, tokens, headSize)
            rotate(q, shared.rotary), repeated(keys), repeated(values), mask: shared.mask,
            scale: graph.scalar(1 / Float(size).squareRoot()))
        let tokens = graph.transpose(seen, [0, 2, 1, 3])  // (batch, tokens, heads, headSize)
        return product(graph.reshape(tokens, [0, 0, heads * size]), layer.attentionOutput)
    }

    private mutating func queryKeyValue(
        _ x: IRValue, _ layer: DecoderTensors.Layer
    ) -> (q: IRValue, k: IRValue, v: IRValue) {
        let (heads, shared, size) = (configuration.headCount, configuration.keyValueHeadCount, configuration.headSize)
        guard layer.queryKeyValue.count == 1 else {
            return (
                split(product(x, layer.queryKeyValue[0]), heads: heads),
                split(product(x, layer.queryKeyValue[1]), heads: shared),
                split(product(x, layer.queryKeyValue[2]), heads: shared)
            )
        }
        let all = product(x, layer.queryKeyValue[0])  // (batch, tokens, (heads + 2 · keyValueHeads) · headSize)
        let ends = [0, heads * size, (heads + shared) * size, (heads + 2 * shared) * size]
        return (
            split(graph.slice(all, ends[0], ends[1], axis: 2), heads: heads),
            split(graph.slice(all, ends[1], ends[2], axis: 2), heads: shared),
            split(graph.slice(all, ends[2], ends[3], axis: 2), heads: shared)
        )
    }

    /// (batch, tokens, heads · headSize) to (batch, heads, tokens, headSize)
    private mutating func split(_ x: IRValue, heads: Int) -> IRValue {
        graph.transpose(graph.reshape(x, [0, 0, heads, configuration.headSize]), [0, 2, 1, 3])
    }

    /// Each head of keys, or values, once for every query head that it serves: (batch, heads, all, headSize)
    private mutating func repeated(_ x: IRValue) -> IRValue {
        let (heads, shared, size) = (configuration.headCount, configuration.keyValueHeadCount, configuration.headSize)
        guard heads > shared else { return x }
        let apart = graph.unsqueeze(x, axis: 2)  // (batch, keyValueHeads, 1, all, headSize)
        let shape = graph.concat(
            [graph.extents([0, 1], of: x), graph.list([heads / shared]), graph.extents([2, 3], of: x)], axis: 0)
        let whole = graph.broadcast(apart, to: shape, mode: "bidirectional")
        return graph.reshape(whole, [0, heads, -1, size])
    }
}
