extension DecoderGraph {
    /// W_down (swish(W_gate x) ⊙ W_up x) (Shazeer 2020, arXiv:2002.05202): (batch, tokens, hidden)
    mutating func feedForward(_ x: IRValue, _ layer: DecoderTensors.Layer) -> IRValue {
        let (gate, up) = gateAndUp(x, layer)  // (batch, tokens, intermediate) each
        return product(graph.times(graph.swish(gate), up), layer.down)
    }

    private mutating func gateAndUp(_ x: IRValue, _ layer: DecoderTensors.Layer) -> (gate: IRValue, up: IRValue) {
        guard layer.gateUp.count == 1 else { return (product(x, layer.gateUp[0]), product(x, layer.gateUp[1])) }
        let both = product(x, layer.gateUp[0])  // (batch, tokens, 2 · intermediate)
        let size = configuration.intermediateSize
        let halves = graph.split(both, axis: -1, [size, size])
        return (halves[0], halves[1])
    }
}
