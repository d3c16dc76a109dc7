#!/usr/bin/env python3
"""Makes the golden data of this folder: tiny seeded checkpoints and what the reference says about them.

    pip install torch==2.13.0+cpu transformers==5.23.0 safetensors==0.8.0 gguf==0.19.0 \
        tokenizers==0.23.3 sentencepiece==0.2.3
    python3 make.py            # all models and GGUF files; see README.md for the formats

transformers in fp32 on one thread is the oracle; for GGUF files, transformers on the weights that gguf-py gives back.
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

import tiny_gguf
import tiny_tokenizer

HERE = pathlib.Path(__file__).parent
VOCABULARY = 320

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def configuration(architecture, hidden=32, feed_forward=64, heads=2, kv_heads=2, positions=128, tied=False, **more):
    """config.json as the hub has it (the keys of transformers 4)."""
    is_phi3 = architecture == "phi3"
    common = {
        "architectures": ["Phi3ForCausalLM" if is_phi3 else "LlamaForCausalLM"],
        "attention_bias": False,
        "bos_token_id": tiny_tokenizer.BOS,
        "eos_token_id": tiny_tokenizer.END_OF_TEXT if is_phi3 else tiny_tokenizer.EOS,
        "hidden_act": "silu",
        "hidden_size": hidden,
        "intermediate_size": feed_forward,
        "max_position_embeddings": positions,
        "model_type": architecture,
        "num_attention_heads": heads,
        "num_hidden_layers": 2,
        "num_key_value_heads": kv_heads,
        "rms_norm_eps": 1e-5,
        "rope_scaling": None,
        "rope_theta": 10000.0,
        "tie_word_embeddings": tied,
        "use_cache": True,
        "vocab_size": VOCABULARY,
    }
    if is_phi3:
        common |= {
            "original_max_position_embeddings": positions,
            "pad_token_id": tiny_tokenizer.END_OF_TEXT,
            "sliding_window": None,
        }
    else:
        common |= {"mlp_bias": False}
    return common | more


def longrope(pairs):
    """Factors that grow with the wavelength, short ones mild and long ones strong."""
    steps = [i / max(pairs - 1, 1) for i in range(pairs)]
    return {
        "type": "longrope",
        "short_factor": [round(1 + 1.5 * t**1.3, 4) for t in steps],
        "long_factor": [round(1.2 + 24 * t**1.7, 4) for t in steps],
    }


# name: (seed, stored type, configuration, lengths of the logit sequences)
MODELS = {
    "phi3-base-f32": (11, torch.float32, configuration("phi3"), [1, 21]),
    "phi3-gqa-window8-bf16": (
        12, torch.bfloat16, configuration("phi3", heads=4, kv_heads=2, sliding_window=8), [8, 9, 21]),
    "phi3-longrope-f16": (
        13, torch.float16,
        configuration("phi3", positions=64, original_max_position_embeddings=16, rope_scaling=longrope(8)),
        [16, 17, 23]),
    "phi4mini-like-bf16": (
        14, torch.bfloat16,
        configuration(
            "phi3", hidden=48, heads=6, kv_heads=2, positions=64, original_max_position_embeddings=20, tied=True,
            partial_rotary_factor=0.75, rope_scaling=longrope(3)),
        [20, 21]),
    "llama-gqa-tied-bf16": (
        15, torch.bfloat16, configuration("llama", heads=4, kv_heads=2, tied=True), [1, 21]),
}  # fmt: skip

GGUF_MODELS = {"phi3-base-f32": ["q8_0", "q4_0"], "llama-gqa-tied-bf16": ["q8_0", "q4_0"]}


def random_weights(model, seed, dtype):
    """Normal weights, scaled so that activations keep their size and logits spread like a trained model's."""
    generator = torch.Generator().manual_seed(seed)
    hidden = model.config.hidden_size
    tied = model.config.tie_word_embeddings
    state = {}
    for name, tensor in sorted(model.state_dict().items()):
        if tied and name == "lm_head.weight":
            continue
        noise = torch.randn(tensor.shape, generator=generator)
        if name.endswith("norm.weight"):
            values = 1 + 0.1 * noise
        elif "embed_tokens" in name:
            values = noise * (2.5 / math.sqrt(hidden) if tied else 1.0)
        elif name == "lm_head.weight":
            values = noise * 2.5 / math.sqrt(hidden)
        else:
            values = noise * 1.3 / math.sqrt(tensor.shape[1])
        state[name] = values.to(dtype).contiguous()
    return state


def load_weights(model, state):
    missing = model.load_state_dict({name: tensor.float() for name, tensor in state.items()}, strict=False)
    assert not missing.unexpected_keys and set(missing.missing_keys) <= {"lm_head.weight"}, missing
    model.tie_weights()
    return model.float().eval()


def new_model(folder):
    return AutoModelForCausalLM.from_config(
        AutoConfig.from_pretrained(folder), dtype=torch.float32, attn_implementation="eager")  # fmt: skip


@torch.no_grad()
def forward(model, ids):
    """Logits, and the states after the embedding, after each layer (before the final norm) and after the norm."""
    kept = {}

    def keep(name):
        return lambda _, __, output: kept.__setitem__(name, (output[0] if isinstance(output, tuple) else output)[0])

    places = [("hidden.0", model.model.embed_tokens), ("final_norm", model.model.norm)]
    places += [(f"hidden.{i + 1}", layer) for i, layer in enumerate(model.model.layers)]
    hooks = [module.register_forward_hook(keep(name)) for name, module in places]
    logits = model(torch.tensor([ids]), use_cache=False).logits[0]
    for hook in hooks:
        hook.remove()
    return logits, {name: tensor.reshape(len(ids), -1) for name, tensor in kept.items()}


def greedy(model, prompt, count=24):
    """Every step anew from the whole sequence, so that no cache can hold keys of other rotary factors."""
    ids, margins = list(prompt), []
    for _ in range(count):
        best = forward(model, ids)[0][-1].topk(2)
        margins.append((best.values[0] - best.values[1]).item())
        ids.append(best.indices[0].item())
    return ids[len(prompt):], margins  # fmt: skip


def sure_greedy(model, rng, length, smallest_margin=0.02):
    """A prompt whose continuation is no matter of rounding."""
    while True:
        prompt = rng.integers(3, VOCABULARY, size=length).tolist()
        tokens, margins = greedy(model, prompt)
        if min(margins) >= smallest_margin:
            return prompt, tokens, margins


def make_model(name):
    seed, dtype, config, lengths = MODELS[name]
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    write_json(folder / "config.json", config | {"torch_dtype": str(dtype).removeprefix("torch.")})
    tiny_tokenizer.write(folder, chat=config["model_type"] == "phi3")

    state = random_weights(new_model(folder), seed, dtype)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    model = load_weights(new_model(folder), state)

    rng = np.random.default_rng(seed)
    tensors, manifest = {}, {"name": name, "seed": seed, "versions": versions(), "sequences": [], "greedy": []}
    for index, length in enumerate(lengths):
        ids = [tiny_tokenizer.BOS] + rng.integers(3, VOCABULARY, size=length - 1).tolist()
        logits, states = forward(model, ids)
        tensors[f"seq{index}.input_ids"] = torch.tensor(ids, dtype=torch.int32)
        tensors[f"seq{index}.logits"] = logits
        if length == max(lengths):
            tensors |= {f"seq{index}.{place}": tensor for place, tensor in states.items()}
        double = forward(model.double(), ids)[0]
        model.float()
        manifest["sequences"].append({
            "length": length,
            "logits_std": logits.std().item(),
            "max_abs_diff_fp32_vs_fp64": (double - logits).abs().max().item(),
            "argmax": logits.argmax(-1).tolist(),
        })  # fmt: skip
    for index, length in enumerate([6, 13]):
        prompt, tokens, margins = sure_greedy(model, rng, length)
        tensors[f"greedy{index}.prompt"] = torch.tensor(prompt, dtype=torch.int32)
        tensors[f"greedy{index}.tokens"] = torch.tensor(tokens, dtype=torch.int32)
        tensors[f"greedy{index}.margins"] = torch.tensor(margins)
        manifest["greedy"].append({"prompt": prompt, "tokens": tokens, "min_margin": min(margins)})
    save_file({k: v.clone().contiguous() for k, v in tensors.items()}, folder / "golden.safetensors")
    write_json(folder / "golden.json", manifest)
    print(name, [round(s["logits_std"], 2) for s in manifest["sequences"]],
          max(s["max_abs_diff_fp32_vs_fp64"] for s in manifest["sequences"]))  # fmt: skip


def make_gguf(name, quantization):
    folder = HERE / name
    (HERE / "gguf").mkdir(exist_ok=True)
    target = HERE / "gguf" / f"{name}.{quantization}.gguf"
    config = json.loads((folder / "config.json").read_text())
    dequantized = tiny_gguf.write(target, name, config, load_file(folder / "model.safetensors"), quantization)

    model = load_weights(new_model(folder), dequantized)
    golden = load_file(folder / "golden.safetensors")
    longest = max((key for key in golden if key.endswith(".input_ids")), key=lambda key: len(golden[key]))
    index = longest.split(".")[0]
    logits = forward(model, golden[longest].tolist())[0]
    save_file(
        {longest: golden[longest], f"{index}.logits_dequant_fp32": logits.contiguous()},
        target.with_suffix(".golden.safetensors"),
    )
    print(target.name, "moved by", (logits - golden[f"{index}.logits"]).abs().max().item())


def versions():
    from importlib.metadata import version

    return {p: version(p) for p in ["torch", "transformers", "safetensors", "gguf", "tokenizers", "sentencepiece"]}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    for model_name in MODELS:
        make_model(model_name)
    for model_name, quantizations in GGUF_MODELS.items():
        for quantization_name in quantizations:
            make_gguf(model_name, quantization_name)
