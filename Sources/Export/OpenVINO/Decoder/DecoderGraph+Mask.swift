extension DecoderGraph {
    /// What is added to the scores: 0 where a token sees another, the least f16 number elsewhere: (batch, 1, tokens, all)
    ///
    /// Token i sees j ≤ i, within the sliding window only those with i − j less than its size, and no padding. The window
    /// stands in the form that OpenVINO's paged attention recognises; without it, long texts would come out otherwise there.
    mutating func mask(_ padding: IRValue, _ x: IRValue, past: IRValue) -> IRValue {
        graph.scope = "model.mask"
        let pastCount = graph.extent(2, of: past)  // ()
        let tokens = graph.extent(1, of: x)  // ()
        let all = graph.plus(pastCount, tokens)  // ()
        let j = row(graph.range(graph.scalar(0), all))  // (1, 1, 1, all)
        let i = column(graph.range(pastCount, all))  // (1, 1, tokens, 1)
        let isVisible = graph.both(graph.boolean(true), visible(j, from: i))  // (1, 1, tokens, all)
        let isToken = graph.unsqueeze(  // (batch, 1, 1, all)
            graph.unsqueeze(graph.convert(padding, to: .boolean), axis: 1), axis: 1)
        let sees = graph.both(isVisible, isToken)  // (batch, 1, tokens, all)
        let shape = graph.concat(
            [
                graph.extents([0], of: padding), graph.list([1]), graph.unsqueeze(tokens, axis: 0),
                graph.unsqueeze(all, axis: 0),
            ], axis: 0)
        let whole = graph.broadcast(sees, to: shape, mode: "bidirectional")
        return graph.select(whole, graph.scalar(Float(0)), graph.scalar(Float(-65_504)))
    }

    private mutating func visible(_ j: IRValue, from i: IRValue) -> IRValue {
        let isEarlier = graph.isAtMost(j, i)
        guard let window = configuration.slidingWindow else { return isEarlier }
        let isInside = graph.isGreater(j, graph.plus(i, graph.scalar(-window)))
        return graph.both(graph.both(graph.boolean(true), isInside), isEarlier)
    }

    /// (count) to (1, 1, 1, count)
    private mutating func row(_ indices: IRValue) -> IRValue {
        let matrix = graph.unsqueeze(indices, axis: 0)
        return graph.unsqueeze(graph.unsqueeze(matrix, axis: 1), axis: 2)
    }

    /// (count) to (1, 1, count, 1)
    private mutating func column(_ indices: IRValue) -> IRValue {
        let matrix = graph.unsqueeze(indices, axis: 0)
        return graph.unsqueeze(graph.unsqueeze(matrix, axis: 1), axis: 3)
    }
}
