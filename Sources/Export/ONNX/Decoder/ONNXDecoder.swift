import ONNXFormat
import Tensors
import Transformer

/// A decoder as a graph: token ids, mask and past keys and values in, logits and present ones out.
///
/// It computes what `Transformer.forward` does, in the operators, names and order of inputs that ONNX Runtime GenAI's builder
/// has for the target. Each part stands in its own file.
struct ONNXDecoder {
    var graph = ONNXGraph(name: "main_graph")
    let configuration: ModelConfiguration
    let plan: ProductPlan

    var options: ONNXOptions { plan.options }
    /// Of activations, caches and what is dense.
    var type: ONNXType { options.isHalf ? .f16 : .f32 }
    var isFused: Bool { configuration.hasFusedAttention(options.target) }

    /// Operators that ONNX itself does not have.
    static let runtime = "com.microsoft"

    /// What the layers share.
    struct Shared {
        let keyCounts: String  // (batch): keys that a sequence has, less one
        let totalCount: String  // (): keys of the longest one
        let cosines: String  // (positions, rotaryDimensions / 2)
        let sines: String
        let positions: String?  // (batch, tokens) where rotating is an operation of its own
    }

    /// The graph of a model, and what its data file holds.
    static func make(
        _ tensors: DecoderTensors, _ layers: [LayerProducts], head: ProductMatrix, _ configuration: ModelConfiguration,
        _ plan: ProductPlan
    ) -> ONNXGraph {
        var decoder = ONNXDecoder(configuration: configuration, plan: plan)
        decoder.edges()
        decoder.build(tensors, layers, head: head)
        return decoder.graph
    }

    private mutating func edges() {
        graph.input("input_ids", .i64, ["batch_size", "sequence_length"])
        graph.input("attention_mask", .i64, ["batch_size", "total_sequence_length"])
        if !isFused { graph.input("position_ids", .i64, ["batch_size", "sequence_length"]) }
        graph.output("logits", type, ["batch_size", "sequence_length", .fixed(configuration.vocabularySize)])
        let heads = ONNXExtent.fixed(configuration.keyValueHeadCount)
        for kind in ["key", "value"] {
            for layer in 0..<configuration.layerCount {
                graph.input(
                    "past_key_values.\(layer).\(kind)", type,
                    ["batch_size", heads, "past_sequence_length", "kv_cache_dim"])
                graph.output(
                    "present.\(layer).\(kind)", type, ["batch_size", heads, "total_sequence_length", "kv_cache_dim"])
            }
        }
    }

    private mutating func build(_ tensors: DecoderTensors, _ layers: [LayerProducts], head: ProductMatrix) {
        let (keyCounts, lengths) = maskCounts()
        let rotary = rotary(length: lengths.length)
        let shared = Shared(
            keyCounts: keyCounts, totalCount: lengths.total, cosines: rotary.cosines, sines: rotary.sines,
            positions: rotary.positions)

        var x = embedding(tensors, head: head)
        // What a layer's half computed, until the next norm adds it to x.
        var update: String?
        for (index, (layer, products)) in zip(tensors.layers, layers).enumerated() {
            let path = "/model/layers.\(index)"
            let a = norm(&x, adding: update, layer.attentionNorm, "\(path)/input_layernorm")
            update = attention(a, layer: index, products, shared)
            let f = norm(&x, adding: update, layer.feedForwardNorm, "\(path)/post_attention_layernorm")
            update = feedForward(f, products, path: "\(path)/mlp")
        }
        let last = norm(
            &x, adding: update, tensors.finalNorm, "/model/layers.\(layers.count)/final_norm_layernorm", isLast: true)
        _ = product(last, head, output: "logits")
    }

    var hidden: [ONNXExtent] { activations(configuration.hiddenSize) }

    func activations(_ columns: Int) -> [ONNXExtent] { ["batch_size", "sequence_length", .fixed(columns)] }
}

extension ModelConfiguration {
    /// Whether the attention rotates q and k itself, and takes them with v as one value: DirectML's does not, and none does where
    /// a head, or the part of it that is rotated, is no multiple of 16. (The builder writes such a graph all the same.)
    func hasFusedAttention(_ target: ONNXOptions.Target) -> Bool {
        target != .dml && headSize % 16 == 0 && rotaryDimensions % 16 == 0
    }
}
