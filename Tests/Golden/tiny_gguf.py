"""Writes a tiny checkpoint as quantised GGUF with gguf-py, and gives back the weights that a reader will see."""

import gguf
import numpy as np
import torch

import tiny_tokenizer

TYPES = {"q8_0": gguf.GGMLQuantizationType.Q8_0, "q4_0": gguf.GGMLQuantizationType.Q4_0}
FILE_TYPES = {"q8_0": gguf.LlamaFileType.MOSTLY_Q8_0, "q4_0": gguf.LlamaFileType.MOSTLY_Q4_0}

LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.qkv_proj": "attn_qkv",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_up_proj": "ffn_up",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
OTHER_NAMES = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def gguf_name(name):
    stem = name.removesuffix(".weight")
    if stem in OTHER_NAMES:
        return OTHER_NAMES[stem] + ".weight"
    _, _, layer, rest = stem.split(".", 3)
    return f"blk.{layer}.{LAYER_NAMES[rest]}.weight"


def interleave(weight, heads):
    """The llama architecture of GGUF rotates neighbouring pairs: rows (h, half, i) move to (h, i, half)."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def deinterleave(weight, heads):
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def rotated_heads(name, config):
    """Heads of a matrix whose rows the format permutes, nil for all others."""
    if config["model_type"] != "llama":
        return None
    if "q_proj" in name:
        return config["num_attention_heads"]
    return config["num_key_value_heads"] if "k_proj" in name else None


def write(path, name, config, state, quantization):
    writer = gguf.GGUFWriter(path, config["model_type"])
    add_metadata(writer, name, config, quantization)
    dequantized = {}
    for tensor_name, tensor in state.items():
        values = tensor.float().numpy()
        if values.ndim == 1:
            writer.add_tensor(gguf_name(tensor_name), values)
            dequantized[tensor_name] = tensor.float()
            continue
        heads = rotated_heads(tensor_name, config)
        stored = np.ascontiguousarray(interleave(values, heads) if heads else values)
        blocks = gguf.quantize(stored, TYPES[quantization])
        writer.add_tensor(gguf_name(tensor_name), blocks, raw_dtype=TYPES[quantization])
        back = gguf.dequantize(blocks, TYPES[quantization])
        back = deinterleave(back, heads) if heads else back
        dequantized[tensor_name] = torch.from_numpy(np.ascontiguousarray(back))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return dequantized


def add_metadata(writer, name, config, quantization):
    head_size = config["hidden_size"] // config["num_attention_heads"]
    writer.add_name(name)
    writer.add_file_type(FILE_TYPES[quantization])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(head_size)
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    if config["model_type"] == "phi3":
        writer.add_rope_scaling_orig_ctx_len(config["original_max_position_embeddings"])
        writer.add_sliding_window(0)
    tokens, scores, kinds = tiny_tokenizer.table(config["vocab_size"], chat=config["model_type"] == "phi3")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_unk_token_id(tiny_tokenizer.UNKNOWN)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    if config["model_type"] == "phi3":
        writer.add_chat_template(tiny_tokenizer.CHAT_TEMPLATE)
