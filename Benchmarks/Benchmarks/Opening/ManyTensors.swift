import Foundation

/// A Hugging Face folder of many small tensors, written once to the temporary folder.
enum ManyTensors {
    private static let hidden = 32
    private static let layers = 45

    static let folder: String = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(layers)-layers")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try JSONSerialization.data(withJSONObject: configuration).write(
                to: folder.appendingPathComponent("config.json"))
            try safetensors().write(to: folder.appendingPathComponent("model.safetensors"))
        } catch {
            fatalError("cannot write \(folder.path): \(error)")
        }
        return folder.path
    }()

    private static var configuration: [String: Any] {
        [
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": hidden,
            "intermediate_size": hidden,
            "num_hidden_layers": layers, "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": hidden,
            "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "bos_token_id": 1,
            "eos_token_id": 2, "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "float32",
        ]
    }

    private static var shapes: [(name: String, shape: [Int])] {
        let matrix = [hidden, hidden]
        var result = [
            ("model.embed_tokens.weight", matrix), ("model.norm.weight", [hidden]), ("lm_head.weight", matrix),
        ]
        for layer in 0..<layers {
            for part in ["self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o", "mlp.gate", "mlp.up", "mlp.down"] {
                result.append(("model.layers.\(layer).\(part)_proj.weight", matrix))
            }
            for part in ["input_layernorm", "post_attention_layernorm"] {
                result.append(("model.layers.\(layer).\(part).weight", [hidden]))
            }
        }
        return result
    }

    /// Eight bytes of header length, the header, zeros.
    private static func safetensors() throws -> Data {
        var header: [String: Any] = [:]
        var end = 0
        for (name, shape) in shapes {
            let start = end
            end += shape.reduce(4, *)
            header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [start, end]]
        }
        let json = try JSONSerialization.data(withJSONObject: header)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
        return Data(length) + json + Data(count: end)
    }
}
