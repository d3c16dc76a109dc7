internal import Checkpoints

/// What the formats call the tensors of a role, and the shapes they must have.
struct TensorNames {
    let embedding: String
    let head: String
    let finalNorm: String
    private let layerPrefix: String
    private let attentionNorm: String
    private let fusedQueryKeyValue: String
    private let queryKeyValue: [String]
    private let attentionOutput: String
    private let feedForwardNorm: String
    private let fusedGateUp: String
    private let gateUp: [String]
    private let down: String

    func attentionNorm(_ layer: Int) -> String { name(layer, attentionNorm) }
    func fusedQueryKeyValue(_ layer: Int) -> String { name(layer, fusedQueryKeyValue) }
    func queryKeyValue(_ layer: Int) -> [String] { queryKeyValue.map { name(layer, $0) } }
    func attentionOutput(_ layer: Int) -> String { name(layer, attentionOutput) }
    func feedForwardNorm(_ layer: Int) -> String { name(layer, feedForwardNorm) }
    func fusedGateUp(_ layer: Int) -> String { name(layer, fusedGateUp) }
    func gateUp(_ layer: Int) -> [String] { gateUp.map { name(layer, $0) } }
    func down(_ layer: Int) -> String { name(layer, down) }

    /// The gate, wherever it stands alone: where it does, the other is not the fused one.
    func hasSeparateGate(_ layer: Int, in checkpoint: Checkpoint) -> Bool {
        checkpoint.tensor(named: name(layer, gateUp[0])) != nil
    }

    /// Every weight that a bias could stand beside.
    func matrices(_ layer: Int) -> [String] {
        [fusedQueryKeyValue(layer)] + queryKeyValue(layer) + [attentionOutput(layer), fusedGateUp(layer)]
            + gateUp(layer) + [down(layer)]
    }

    private func name(_ layer: Int, _ role: String) -> String { "\(layerPrefix)\(layer).\(role).weight" }

    /// llama.cpp's names. In the phi3 architecture `ffn_up` holds gate and up; in llama it is up alone.
    static let gguf = TensorNames(
        embedding: "token_embd.weight", head: "output.weight", finalNorm: "output_norm.weight", layerPrefix: "blk.",
        attentionNorm: "attn_norm", fusedQueryKeyValue: "attn_qkv", queryKeyValue: ["attn_q", "attn_k", "attn_v"],
        attentionOutput: "attn_output", feedForwardNorm: "ffn_norm", fusedGateUp: "ffn_up",
        gateUp: ["ffn_gate", "ffn_up"], down: "ffn_down")

    /// The names of transformers' `Phi3ForCausalLM` and `LlamaForCausalLM`.
    static let huggingFace = TensorNames(
        embedding: "model.embed_tokens.weight", head: "lm_head.weight", finalNorm: "model.norm.weight",
        layerPrefix: "model.layers.", attentionNorm: "input_layernorm", fusedQueryKeyValue: "self_attn.qkv_proj",
        queryKeyValue: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        attentionOutput: "self_attn.o_proj", feedForwardNorm: "post_attention_layernorm",
        fusedGateUp: "mlp.gate_up_proj", gateUp: ["mlp.gate_proj", "mlp.up_proj"], down: "mlp.down_proj")
}
