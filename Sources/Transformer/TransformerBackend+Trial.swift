package import Tensors

extension TransformerBackend {
    /// Computes with another tensor in the place of one of a layer's, for as long as `body` takes.
    ///
    /// - Parameters:
    ///   - tensor: of the name and the shape of the one whose place it takes, in any type.
    ///   - tensors: those that the model was loaded from.
    /// - Throws: what `body` throws, and `ComputeError` where there is no memory for the layer a second time.
    package func withTensor<Value>(
        _ tensor: Tensor, inLayer index: Int, of tensors: ModelTensors, _ body: () throws -> Value
    ) throws -> Value {
        let layer = try transformer.weights.makeLayer(
            tensors.layers[index].replacing(tensor), transformer.compute)
        let own = transformer.weights.exchangeLayer(index, layer)
        defer { _ = transformer.weights.exchangeLayer(index, own) }
        return try body()
    }
}

extension LayerTensors {
    /// The same, but for the tensor of this name.
    func replacing(_ tensor: Tensor) -> LayerTensors {
        func either(_ own: Tensor) -> Tensor { own.name == tensor.name ? tensor : own }
        return LayerTensors(
            attentionNorm: attentionNorm, queryKeyValue: queryKeyValue.map(either),
            attentionOutput: either(attentionOutput), feedForwardNorm: feedForwardNorm, gateUp: gateUp.map(either),
            down: either(down))
    }
}
