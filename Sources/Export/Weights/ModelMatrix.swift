import Compute
import Tensors
import Transformer

/// A matrix of a model on its way into an export.
struct ModelMatrix: Sendable {
    /// As transformers calls it: "model.layers.0.self_attn.o_proj".
    let name: String
    let part: WeightPart
    /// Whether it is one of a layer's, and no embedding or head.
    let isInLayer: Bool

    var tensor: Tensor { part.tensor }
    var rows: Int { tensor.shape.rows }
    var columns: Int { tensor.shape.columns }

    /// The rows of the source that rows of the export come from.
    func sourceRows(_ rows: Range<Int>) -> [Int] { rows.map { part.sourceRow(of: $0) } }
}

/// The matrices and norms of a decoder, under the names of transformers, whichever format they come from. Shapes are
/// (outputs, inputs).
struct DecoderTensors: Sendable {
    struct Layer: Sendable {
        let name: String
        let attentionNorm: Tensor  // (hidden)
        /// One with rows q | k | v, or these three.
        let queryKeyValue: [ModelMatrix]  // ((heads + 2 · keyValueHeads) · headSize, hidden)
        let attentionOutput: ModelMatrix  // (hidden, heads · headSize)
        let feedForwardNorm: Tensor  // (hidden)
        /// One with rows gate | up, or these two.
        let gateUp: [ModelMatrix]  // (2 · intermediate, hidden)
        let down: ModelMatrix  // (hidden, intermediate)

        var matrices: [ModelMatrix] { queryKeyValue + [attentionOutput] + gateUp + [down] }
    }

    let embedding: ModelMatrix  // (vocabulary, hidden)
    let layers: [Layer]
    let finalNorm: Tensor  // (hidden)
    /// nil where the head is the embedding.
    let head: ModelMatrix?  // (vocabulary, hidden)

    /// In the order of a forward pass.
    var matrices: [ModelMatrix] { [embedding] + layers.flatMap(\.matrices) + (head.map { [$0] } ?? []) }

    init(_ tensors: ModelTensors, _ configuration: ModelConfiguration) {
        func outside(_ name: String, _ tensor: Tensor) -> ModelMatrix {
            ModelMatrix(name: name, part: WeightPart(tensor), isInLayer: false)
        }
        embedding = outside("model.embed_tokens", tensors.embedding)
        head = tensors.head.map { outside("lm_head", $0) }
        finalNorm = tensors.finalNorm
        layers = tensors.layers.enumerated().map { Layer($1, configuration, name: "model.layers.\($0)") }
    }
}

extension DecoderTensors.Layer {
    init(_ layer: LayerTensors, _ configuration: ModelConfiguration, name: String) {
        func matrices(_ names: [String], _ parts: [WeightPart]) -> [ModelMatrix] {
            zip(names, parts).map { ModelMatrix(name: "\(name).\($0)", part: $1, isInLayer: true) }
        }
        func matrix(_ name: String, _ tensor: Tensor) -> ModelMatrix { matrices([name], [WeightPart(tensor)])[0] }
        self.name = name
        attentionNorm = layer.attentionNorm
        feedForwardNorm = layer.feedForwardNorm
        let isFused = layer.queryKeyValue.count == 1
        queryKeyValue = matrices(
            isFused ? ["self_attn.qkv_proj"] : ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
            layer.queryKeyValueParts(configuration))
        attentionOutput = matrix("self_attn.o_proj", layer.attentionOutput)
        gateUp = matrices(
            layer.gateUp.count == 1 ? ["mlp.gate_up_proj"] : ["mlp.gate_proj", "mlp.up_proj"],
            layer.gateUp.map { WeightPart($0) })
        down = matrix("mlp.down_proj", layer.down)
    }
}
