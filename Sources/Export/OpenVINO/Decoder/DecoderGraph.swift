import Checkpoints
import Tensors
import Transformer

/// A decoder as a graph: token ids in, logits out, the cache of keys and values inside as variables.
///
/// It computes what `Transformer.forward` does. Each part stands in its own file, in the form that the plugins' fusions
/// look for (RMS, RoPE, attention with its cache, weights that stay compressed), and with the names that OpenVINO's tools
/// ask for.
struct DecoderGraph {
    var graph = IRGraph()
    let configuration: ModelConfiguration
    let plan: WeightPlan

    /// What the layers share.
    struct Shared {
        let rotary: Rotary
        let mask: IRValue  // (batch, 1, tokens, all)
        let batch: IRValue  // (1)
        let beams: IRValue  // (batch)
    }

    /// The graph of a model.
    static func make(_ tensors: DecoderTensors, _ configuration: ModelConfiguration, _ plan: WeightPlan) -> IRGraph {
        var decoder = DecoderGraph(configuration: configuration, plan: plan)
        decoder.build(tensors)
        return decoder.graph
    }

    private mutating func build(_ tensors: DecoderTensors) {
        let ids = graph.parameter("input_ids", .i64, rank: 2)  // (batch, tokens)
        let padding = graph.parameter("attention_mask", .i64, rank: 2)  // (batch, all)
        let positions = graph.parameter("position_ids", .i64, rank: 2)  // (batch, tokens)
        let beams = graph.parameter("beam_idx", .i32, rank: 1)  // (batch)

        let embedding = weight(tensors.embedding)  // (vocabulary, hidden)
        let batch = graph.extents([0], of: ids)
        var x = graph.gather(embedding, graph.convert(ids, to: .i32), axis: 0)  // (batch, tokens, hidden)
        let caches = tensors.layers.indices.map { cache(layer: $0, batch: batch, beams: beams) }
        let shared = Shared(
            rotary: rotary(positions), mask: mask(padding, x, past: caches[0].keys), batch: batch, beams: beams)

        for (layer, cache) in zip(tensors.layers, caches) {
            graph.scope = layer.name
            let a = norm(x, layer.attentionNorm)
            x = graph.plus(x, attention(a, layer, cache, shared))
            let f = norm(x, layer.feedForwardNorm)
            x = graph.plus(x, feedForward(f, layer))
        }

        graph.scope = "model"
        x = norm(x, tensors.finalNorm)
        // A tied head is the same node as the embedding, so that there is one of it in memory.
        let head = tensors.head.map { weight($0) } ?? embedding
        let logits = graph.matMul(x, head, transposingB: true, name: "lm_head/MatMul", tensorName: "logits")
        graph.result(logits, name: "logits")
    }
}
