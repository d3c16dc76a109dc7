import Checkpoints
import Tensors

/// A tensor to make.
struct SynthTensor: Sendable {
    enum Content: Sendable {
        /// Mean 0 and this standard deviation.
        case random(deviation: Float)
        /// As they stand; f32.
        case values([Float])
    }

    let entry: GGUFWriter.Entry
    let content: Content

    /// Random weights whose outputs are as large as their inputs: 1/√columns, 0.018 for 3,072 columns. So activations
    /// stay near 1 through any number of layers, since each begins with a norm, and logits have a deviation of about 1.
    fileprivate static func matrix(_ name: String, _ type: ElementType, rows: Int, columns: Int) -> SynthTensor {
        SynthTensor(
            entry: .init(name, type, TensorShape([rows, columns])),
            content: .random(deviation: 1 / Float(columns).squareRoot()))
    }

    fileprivate static func vector(_ name: String, _ values: [Float]) -> SynthTensor {
        SynthTensor(entry: .init(name, .f32, TensorShape([values.count])), content: .values(values))
    }
}

extension ModelShape {
    /// All tensors under the names of GGUF. Those before the layers come first, so that a model cut to fewer layers has
    /// the same weights in those that are left.
    func tensors(_ type: SynthType) -> [SynthTensor] {
        let embedding = type.elementType(of: tiedEmbeddings ? .head : .embedding, columns: hiddenSize)
        var tensors = [
            SynthTensor.matrix("token_embd.weight", embedding, rows: vocabularySize, columns: hiddenSize),
            .vector("output_norm.weight", ones),
        ]
        if !tiedEmbeddings {
            let head = type.elementType(of: .head, columns: hiddenSize)
            tensors.append(.matrix("output.weight", head, rows: vocabularySize, columns: hiddenSize))
        }
        if let factors = longRoPE {
            tensors.append(.vector("rope_factors_long.weight", factors.long))
            tensors.append(.vector("rope_factors_short.weight", factors.short))
        }
        for layer in 0..<layerCount { tensors += layerTensors(layer, type) }
        return tensors
    }

    private func layerTensors(_ layer: Int, _ type: SynthType) -> [SynthTensor] {
        func matrix(_ role: SynthType.Role, _ name: String, rows: Int, columns: Int) -> SynthTensor {
            let type = type.elementType(of: role, layer: (layer, layerCount), columns: columns)
            return .matrix("blk.\(layer).\(name).weight", type, rows: rows, columns: columns)
        }
        let (queries, keys) = (headCount * headSize, keyValueHeadCount * headSize)
        // phi3 has the three projections as one matrix, and gate and up as one called up. The rows of llama's q and k
        // stand in another order than the model's own; random ones have none.
        let isFused = architecture == .phi3
        let queryKeyValue =
            isFused
            ? [matrix(.queryKeyValue, "attn_qkv", rows: queries + 2 * keys, columns: hiddenSize)]
            : [
                matrix(.attentionOutput, "attn_q", rows: queries, columns: hiddenSize),
                matrix(.attentionOutput, "attn_k", rows: keys, columns: hiddenSize),
                matrix(.queryKeyValue, "attn_v", rows: keys, columns: hiddenSize),
            ]
        let gateUp =
            isFused
            ? [matrix(.gateUp, "ffn_up", rows: 2 * intermediateSize, columns: hiddenSize)]
            : ["ffn_gate", "ffn_up"].map { matrix(.gateUp, $0, rows: intermediateSize, columns: hiddenSize) }
        return [.vector("blk.\(layer).attn_norm.weight", ones)] + queryKeyValue
            + [
                matrix(.attentionOutput, "attn_output", rows: hiddenSize, columns: queries),
                .vector("blk.\(layer).ffn_norm.weight", ones),
            ] + gateUp + [matrix(.down, "ffn_down", rows: hiddenSize, columns: intermediateSize)]
    }

    private var ones: [Float] { [Float](repeating: 1, count: hiddenSize) }

    /// Stand-ins for the searched factors of the real models, which change no speed: rising from 1 to what theirs
    /// reach, about 2 and 64.
    private var longRoPE: (short: [Float], long: [Float])? {
        guard contextTokens > originalContextTokens else { return nil }
        let count = rotaryDimensions / 2
        func rising(to last: Float) -> [Float] {
            (0..<count).map { index in
                let position = Float(index) / Float(max(count - 1, 1))
                return 1 + (last - 1) * position * position
            }
        }
        return (rising(to: 2), rising(to: 64))
    }
}
