#!/usr/bin/env python3
"""Makes a Hugging Face folder of Phi-3-mini-4k's exact shape with random weights: values don't change speed.

    random_phi3.py OUT [TOKENIZER_FOLDER]     7.6 GB; needs numpy and safetensors
"""

import json
import pathlib
import shutil
import sys

import numpy as np
from safetensors.numpy import save_file

HIDDEN, FEED_FORWARD, LAYERS, HEADS, VOCABULARY = 3072, 8192, 32, 32, 32064
CONFIGURATION = {
    "architectures": ["Phi3ForCausalLM"],
    "model_type": "phi3",
    "attention_bias": False,
    "bos_token_id": 1,
    "eos_token_id": 32000,
    "pad_token_id": 32000,
    "hidden_act": "silu",
    "hidden_size": HIDDEN,
    "intermediate_size": FEED_FORWARD,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "num_key_value_heads": HEADS,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": 4096,
    "original_max_position_embeddings": 4096,
    "rms_norm_eps": 1e-05,
    "rope_theta": 10000.0,
    "rope_scaling": None,
    "sliding_window": 2047,
    "tie_word_embeddings": False,
    "torch_dtype": "float16",
    "use_cache": True,
}

generator = np.random.default_rng(3)


def matrix(rows, columns):
    values = generator.standard_normal((rows, columns), dtype=np.float32)
    values *= 0.02
    return values.astype(np.float16)


def main(folder, tokenizer=None):
    folder.mkdir(parents=True, exist_ok=True)
    names = {}

    def save(file, tensors):
        save_file(tensors, folder / file, metadata={"format": "pt"})
        names.update(dict.fromkeys(tensors, file))

    ones = np.ones(HIDDEN, dtype=np.float16)
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}"
        save(
            f"model-{layer:05}.safetensors",
            {
                f"{prefix}.input_layernorm.weight": ones,
                f"{prefix}.post_attention_layernorm.weight": ones,
                f"{prefix}.self_attn.qkv_proj.weight": matrix(3 * HIDDEN, HIDDEN),
                f"{prefix}.self_attn.o_proj.weight": matrix(HIDDEN, HIDDEN),
                f"{prefix}.mlp.gate_up_proj.weight": matrix(2 * FEED_FORWARD, HIDDEN),
                f"{prefix}.mlp.down_proj.weight": matrix(HIDDEN, FEED_FORWARD),
            },
        )
    save(
        f"model-{LAYERS:05}.safetensors",
        {
            "model.embed_tokens.weight": matrix(VOCABULARY, HIDDEN),
            "model.norm.weight": ones,
            "lm_head.weight": matrix(VOCABULARY, HIDDEN),
        },
    )
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))
    (folder / "config.json").write_text(json.dumps(CONFIGURATION, indent=1))
    if tokenizer:
        for file in tokenizer.glob("tokenizer*"):
            shutil.copy(file, folder)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:3]))
