import Checkpoints
import Tensors

extension DecoderGraph {
    /// x / √(mean(x²) + ε) · w (Zhang and Sennrich 2019, arXiv:1910.07467), the shape unchanged.
    mutating func norm(_ x: IRValue, _ weights: Tensor) -> IRValue {
        let squares = graph.power(x, graph.floats([2], shape: [1, 1, 1]))
        let mean = graph.lastMean(squares)  // (batch, tokens, 1)
        let epsilon = graph.floats([configuration.rmsNormEpsilon], shape: [1, 1, 1])
        let root = graph.squareRoot(graph.plus(mean, epsilon))
        let scaled = graph.times(x, graph.over(graph.floats([1], shape: [1, 1, 1]), root))
        // A norm is small and dense: the checkpoint's reader has proven both.
        let values = weights.denseValues ?? []
        return graph.times(graph.floats(values, shape: [1, 1, values.count]), scaled)
    }
}
