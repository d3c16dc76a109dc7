internal import Checkpoints
package import Compute
internal import Tensors
internal import UntrustedInput

/// The learned parameters, re-tiled for the kernels. Shapes are (outputs, inputs), as in y = W x.
struct TransformerWeights: Sendable {
    /// Rows are looked up, never multiplied, so it stays as the file has it: (vocabulary, hidden)
    let embedding: Tensor
    private(set) var layers: [LayerWeights]
    let finalNorm: WeightVector  // (hidden)
    /// The output head; made from the embedding where the model ties them: (vocabulary, hidden)
    let head: WeightMatrix
    private let form: MatrixForm
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

        let form = MatrixForm(
            configuration: configuration, precision: precision, groups: groups, activationBits: activationBits)
        func matrix(_ name: String, _ parts: [WeightPart], _ form: MatrixForm) throws -> WeightMatrix {
            let matrix = try form.matrix(name, parts, compute)
            for part in parts { completedBytes += part.tensor.byteRange.count }
            progress?(WeightLoadProgress(completedBytes: completedBytes, totalBytes: totalBytes))
            return matrix
        }

        embedding = tensors.embedding
        layers = try layerTensors.map { try LayerWeights($0, form, matrix: matrix) }
        finalNorm = WeightVector(tensors.finalNorm)
        // An error of the head goes straight to the logits, and it runs for few rows: always 16 bits, and weights of 8 where
        // the layers have 4, as the quantisers of llama.cpp and of OpenVINO's optimum-cli leave it wider too.
        var headForm = form
        headForm.activationBits = 16
        if precision == .int4 { headForm.precision = .int8 }
        head = try matrix("output", [WeightPart(headTensor)], headForm)
        self.form = form
    }

    /// Puts another layer in the place of one.
    ///
    /// - Returns: the one that was there.
    mutating func exchangeLayer(_ index: Int, _ layer: LayerWeights) -> LayerWeights {
        defer { layers[index] = layer }
        return layers[index]
    }

    /// A layer in the form of the others.
    func makeLayer(_ tensors: LayerTensors, _ compute: Compute) throws -> LayerWeights {
        try LayerWeights(tensors, form) { try $2.matrix($0, $1, compute) }
    }
}

/// How a model's tensors are held in memory.
private struct MatrixForm: Sendable {
    let configuration: ModelConfiguration
    var precision: WeightPrecision
    let groups: WeightGroups
    var activationBits: Int

    func matrix(_ name: String, _ parts: [WeightPart], _ compute: Compute) throws(ComputeError) -> WeightMatrix {
        try compute.makeMatrix(
            parts, precision: precision, groups: groups, activationBits: activationBits, name: name)
    }
}

extension LayerWeights {
    /// - Parameter matrix: makes a matrix of this name and these parts in this form.
    fileprivate init(
        _ tensors: LayerTensors, _ form: MatrixForm,
        matrix: (String, [WeightPart], MatrixForm) throws -> WeightMatrix
    ) throws {
        attentionNorm = WeightVector(tensors.attentionNorm)
        queryKeyValue = try matrix(
            "attn_qkv", tensors.queryKeyValueParts(form.configuration), form)
        attentionOutput = try matrix("attn_output", [WeightPart(tensors.attentionOutput)], form)
        feedForwardNorm = WeightVector(tensors.feedForwardNorm)
        gateUp = try matrix("ffn_gate_up", tensors.gateUp.map { WeightPart($0) }, form)
        down = try matrix("ffn_down", [WeightPart(tensors.down)], form)
    }
}

extension LayerTensors {
    /// The projections of q, k and v, in one part or three, with their rows in the order that rotates the halves of a head.
    ///
    /// llama GGUF files hold the rows of q and k so that rotary pairs lie side by side; undone here, once, since the
    /// rest of the engine pairs element i with element i + rotaryDimensions / 2.
    package func queryKeyValueParts(_ configuration: ModelConfiguration) -> [WeightPart] {
        guard configuration.isQueryKeyInterleaved, queryKeyValue.count == 3 else {
            return queryKeyValue.map { WeightPart($0) }
        }
        let order = WeightPart.RowOrder.deinterleavedHeads(headSize: configuration.headSize)
        return [
            WeightPart(queryKeyValue[0], rowOrder: order), WeightPart(queryKeyValue[1], rowOrder: order),
            WeightPart(queryKeyValue[2]),
        ]
    }
}
