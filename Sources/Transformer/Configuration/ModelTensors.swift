public import Checkpoints
public import Tensors
public import UntrustedInput

/// The tensors of a model by their role, each with the shape that its configuration asks for. Shapes are
/// (outputs, inputs).
public struct ModelTensors: Sendable {
    public let embedding: Tensor  // (vocabulary, hidden)
    /// nil where the head is the embedding.
    public let head: Tensor?  // (vocabulary, hidden)
    public let finalNorm: Tensor  // (hidden)
    public let layers: [LayerTensors]
}

public struct LayerTensors: Sendable {
    public let attentionNorm: Tensor  // (hidden)
    /// One tensor with rows q | k | v, or these three.
    public let queryKeyValue: [Tensor]  // ((heads + 2 · keyValueHeads) · headSize, hidden)
    public let attentionOutput: Tensor  // (hidden, heads · headSize)
    public let feedForwardNorm: Tensor  // (hidden)
    /// One tensor with rows gate | up, or these two.
    public let gateUp: [Tensor]  // (2 · intermediate, hidden)
    public let down: Tensor  // (hidden, intermediate)
}

extension ModelTensors {
    /// Finds every tensor that the model needs. Others are ignored, save biases, which would change the answer.
    ///
    /// - Throws: the first tensor that is missing, has another shape, or, among the norms, holds a number that is not
    ///   finite: what a damaged file shows first.
    public static func resolve(
        _ checkpoint: Checkpoint, _ configuration: ModelConfiguration
    ) throws(InputError) -> ModelTensors {
        let resolver = TensorResolver(checkpoint: checkpoint, configuration: configuration)
        var layers: [LayerTensors] = []
        for layer in 0..<configuration.layerCount { layers.append(try resolver.layer(layer)) }
        return ModelTensors(
            embedding: try resolver.embedding(),
            head: configuration.tiedEmbeddings ? nil : try resolver.head(),
            finalNorm: try resolver.finalNorm(), layers: layers)
    }
}

private struct TensorResolver {
    let checkpoint: Checkpoint
    let configuration: ModelConfiguration

    private var names: TensorNames { checkpoint.format == .huggingFace ? .huggingFace : .gguf }
    private var hidden: Int { configuration.hiddenSize }
    private var queryRows: Int { configuration.headCount * configuration.headSize }
    private var keyRows: Int { configuration.keyValueHeadCount * configuration.headSize }

    func embedding() throws(InputError) -> Tensor {
        try checkpoint.require(names.embedding, shape: [configuration.vocabularySize, hidden])
    }

    func head() throws(InputError) -> Tensor {
        try checkpoint.require(names.head, shape: [configuration.vocabularySize, hidden])
    }

    func finalNorm() throws(InputError) -> Tensor { try norm(names.finalNorm) }

    func layer(_ layer: Int) throws(InputError) -> LayerTensors {
        try refuseBiases(layer)
        return LayerTensors(
            attentionNorm: try norm(names.attentionNorm(layer)),
            queryKeyValue: try queryKeyValue(layer),
            attentionOutput: try checkpoint.require(names.attentionOutput(layer), shape: [hidden, queryRows]),
            feedForwardNorm: try norm(names.feedForwardNorm(layer)),
            gateUp: try gateUp(layer),
            down: try checkpoint.require(names.down(layer), shape: [hidden, configuration.intermediateSize]))
    }

    private func queryKeyValue(_ layer: Int) throws(InputError) -> [Tensor] {
        let fused = names.fusedQueryKeyValue(layer)
        let separate = names.queryKeyValue(layer)
        let isFused =
            checkpoint.tensor(named: fused) != nil
            || configuration.architecture == .phi3 && checkpoint.tensor(named: separate[0]) == nil
        if isFused { return [try checkpoint.require(fused, shape: [queryRows + 2 * keyRows, hidden])] }
        return try tensors(separate, rows: [queryRows, keyRows, keyRows])
    }

    private func gateUp(_ layer: Int) throws(InputError) -> [Tensor] {
        let fused = names.fusedGateUp(layer)
        let rows = configuration.intermediateSize
        let isFused =
            !names.hasSeparateGate(layer, in: checkpoint)
            && (configuration.architecture == .phi3 || checkpoint.tensor(named: fused)?.shape.rows == 2 * rows)
        if isFused { return [try checkpoint.require(fused, shape: [2 * rows, hidden])] }
        return try tensors(names.gateUp(layer), rows: [rows, rows])
    }

    private func tensors(_ names: [String], rows: [Int]) throws(InputError) -> [Tensor] {
        var tensors: [Tensor] = []
        for (name, rows) in zip(names, rows) { tensors.append(try checkpoint.require(name, shape: [rows, hidden])) }
        return tensors
    }

    private func norm(_ name: String) throws(InputError) -> Tensor {
        let tensor = try checkpoint.require(name, shape: [hidden])
        if let values = tensor.denseValues, let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .outOfRange(
                file: tensor.file ?? checkpoint.path, field: name, found: "\(values[index]) at element \(index)",
                expected: "finite weights")
        }
        return tensor
    }

    private func refuseBiases(_ layer: Int) throws(InputError) {
        for matrix in names.matrices(layer) {
            let bias = matrix.dropLast("weight".count) + "bias"
            guard checkpoint.tensor(named: String(bias)) == nil else {
                throw .unsupported(
                    file: checkpoint.path, field: String(bias), found: "a bias", supported: ["projections without bias"]
                )
            }
        }
    }
}
