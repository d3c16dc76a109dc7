internal import Checkpoints
internal import Compute
internal import Tensors
internal import UntrustedInput

/// The learned parameters, re-tiled for the kernels. Shapes are (outputs, inputs), as in y = W x.
struct TransformerWeights: Sendable {
    /// Rows are looked up, never multiplied, so it stays as the file has it: (vocabulary, hidden)
    let embedding: Tensor
    let layers: [LayerWeights]
    let finalNorm: WeightVector  // (hidden)
    /// The output head; made from the embedding where the model ties them: (vocabulary, hidden)
    let head: WeightMatrix
}

struct LayerWeights: Sendable {
    let attentionNorm: WeightVector  // (hidden)
    let queryKeyValue: WeightMatrix  // ((heads + 2 · keyValueHeads) · headSize, hidden), rows q | k | v
    let attentionOutput: WeightMatrix  // (hidden, heads · headSize)
    let feedForwardNorm: WeightVector  // (hidden)
    let gateUp: WeightMatrix  // (2 · intermediate, hidden), rows gate | up
    let down: WeightMatrix  // (hidden, intermediate)
}

/// How far loading has come, in bytes of the checkpoint.
public struct WeightLoadProgress: Sendable, Equatable {
    public let completedBytes: Int
    public let totalBytes: Int
}

extension TransformerWeights {
    /// Re-tiles every weight of a checkpoint.
    ///
    /// `makeMatrix` gives the file's pages back as soon as a matrix is made, so that loading holds the tiles and no more
    /// than one tensor's pages beside them.
    init(
        checkpoint: Checkpoint, configuration: ModelConfiguration, precision: WeightPrecision, groups: WeightGroups,
        activationBits: Int, compute: Compute, progress: ((WeightLoadProgress) -> Void)?
    ) throws {
        let tensors = try ModelTensors.resolve(checkpoint, configuration)
        let layerTensors = tensors.layers
        let matrices = layerTensors.flatMap { $0.queryKeyValue + $0.gateUp + [$0.attentionOutput, $0.down] }
        let headTensor = tensors.head ?? tensors.embedding
        let totalBytes = (matrices + [headTensor]).reduce(0) { $0 + $1.byteRange.count }
        var completedBytes = 0

        func matrix(
            _ name: String, _ parts: [WeightPart], _ precision: WeightPrecision, activationBits bits: Int
        ) throws -> WeightMatrix {
            let matrix = try compute.makeMatrix(
                parts, precision: precision, groups: groups, activationBits: bits, name: name)
            for part in parts { completedBytes += part.tensor.byteRange.count }
            progress?(WeightLoadProgress(completedBytes: completedBytes, totalBytes: totalBytes))
            return matrix
        }

        embedding = tensors.embedding
        layers = try layerTensors.map { layer in
            LayerWeights(
                attentionNorm: WeightVector(layer.attentionNorm),
                queryKeyValue: try matrix(
                    "attn_qkv", Self.queryKeyValueParts(layer.queryKeyValue, configuration),
                    precision, activationBits: activationBits),
                attentionOutput: try matrix(
                    "attn_output", [WeightPart(layer.attentionOutput)], precision, activationBits: activationBits),
                feedForwardNorm: WeightVector(layer.feedForwardNorm),
                gateUp: try matrix(
                    "ffn_gate_up", layer.gateUp.map { WeightPart($0) }, precision, activationBits: activationBits),
                down: try matrix("ffn_down", [WeightPart(layer.down)], precision, activationBits: activationBits))
        }
        finalNorm = WeightVector(tensors.finalNorm)
        // An error of the head goes straight to the logits, and it runs for few rows: always 16 bits, and weights of 8 where
        // the layers have 4, as the quantisers of llama.cpp and of OpenVINO's optimum-cli leave it wider too.
        head = try matrix(
            "output", [WeightPart(headTensor)], precision == .int4 ? .int8 : precision, activationBits: 16)
    }

    /// llama GGUF files hold the rows of q and k so that rotary pairs lie side by side; undone here, once, since the
    /// rest of the engine pairs element i with element i + rotaryDimensions / 2.
    private static func queryKeyValueParts(_ tensors: [Tensor], _ configuration: ModelConfiguration) -> [WeightPart] {
        guard configuration.isQueryKeyInterleaved, tensors.count == 3 else { return tensors.map { WeightPart($0) } }
        let order = WeightPart.RowOrder.deinterleavedHeads(headSize: configuration.headSize)
        return [
            WeightPart(tensors[0], rowOrder: order), WeightPart(tensors[1], rowOrder: order), WeightPart(tensors[2]),
        ]
    }
}
