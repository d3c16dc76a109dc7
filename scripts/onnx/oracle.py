#!/usr/bin/env python3
"""Holds what `swiftlet export onnx` writes against transformers, through ONNX Runtime's CPU provider.

    pip install onnxruntime==1.32.0 onnx==1.23.2 transformers==5.23.0 torch==2.13.0+cpu
    python3 oracle.py path/to/swiftlet

The oracle is transformers in fp32 on the weights that the exported tensors stand for, so a difference is the graph's and
the operators', not the quantisation's. Models: those of Tests/Golden, and the same shapes with rows of 128 and 256. Each file
goes through onnx.checker and shape inference first.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from logits import Model

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden"

# name: the lengths of the texts, around what the model is for
MODELS = {
    "phi3-base-f32": [1, 21],
    "phi3-gqa-window8-bf16": [8, 9, 21],
    "phi3-longrope-f16": [16, 17, 23],
    "phi4mini-like-bf16": [20, 21],
    "llama-gqa-tied-bf16": [1, 21],
}

# What level 4 and f16 round activations to shows in the logits of models as small as these, whose rows are 32 to 256 numbers:
# their limits hold only that nothing else is wrong. Level 1 rounds nothing, on the same graph and weights.
EXACT, ROUNDED, HALF = 1e-4, 0.3, 3e-2

# name: (arguments, the largest difference over the spread)
FORMATS = {
    "fp32": (["--precision", "fp32"], EXACT),
    "int4, level 1": (["--accuracy-level", "1"], EXACT),
    "int4": ([], ROUNDED),
    "int4-128, level 1": (["--block-size", "128", "--accuracy-level", "1"], EXACT),
    "int8, level 1": (["--precision", "int8", "--accuracy-level", "1"], EXACT),
    "int8": (["--precision", "int8"], ROUNDED),
    "fp16": (["--precision", "fp16"], HALF),
    "int4 dml": (["--target", "dml"], HALF),
    "int4 cuda": (["--target", "cuda"], HALF),
    "int4 webgpu": (["--target", "webgpu", "--accuracy-level", "1"], HALF),
}


def widen(source, folder, **changes):
    """The same kind of model with rows of 128 and 256, and heads whose rotated part the runtime's attention takes: 32, or three
    quarters of 64; with changes of its config.json."""
    config = json.loads((source / "config.json").read_text()) | changes
    heads = 2 if config.get("partial_rotary_factor", 1) < 1 else 4
    config |= {"hidden_size": 128, "intermediate_size": 256, "num_attention_heads": heads}
    config["num_key_value_heads"] = min(config["num_key_value_heads"], heads // 2)
    for name in ["head_dim", "dtype"]:
        config.pop(name, None)
    config["torch_dtype"] = "float32"
    scaling = config.get("rope_scaling")
    if scaling:
        pairs = int(128 // heads * config.get("partial_rotary_factor", 1)) // 2
        for name in ["short_factor", "long_factor"]:
            factors = scaling[name]
            places = np.linspace(0, 1, len(factors))
            scaling[name] = np.interp(np.linspace(0, 1, pairs), places, factors).round(4).tolist()
    folder.mkdir()
    for name in ["tokenizer.json", "tokenizer_config.json", "generation_config.json"]:
        if (source / name).exists():
            shutil.copy(source / name, folder)
    (folder / "config.json").write_text(json.dumps(config))
    generator = torch.Generator().manual_seed(7)
    state = {}
    for name, tensor in sorted(new_model(folder).state_dict().items()):
        if config["tie_word_embeddings"] and name == "lm_head.weight":
            continue
        noise = torch.randn(tensor.shape, generator=generator)
        if name.endswith("norm.weight"):
            state[name] = 1 + 0.1 * noise
        elif "embed_tokens" in name and not config["tie_word_embeddings"]:
            state[name] = noise
        else:
            gain = 2.5 if "embed" in name or "lm_head" in name else 1.3
            state[name] = noise * gain / tensor.shape[1] ** 0.5
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def new_model(folder, **changes):
    config = AutoConfig.from_pretrained(folder, **changes)
    return AutoModelForCausalLM.from_config(config, dtype=torch.float32, attn_implementation="eager")


def dequantised(path):
    """What the tensors of an exported model stand for, by the paths of its nodes."""
    model = onnx.load(path)
    values = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    weights = {}
    for node in model.graph.node:
        name = node.name.removesuffix("_Q4").removesuffix("_Q8").removesuffix("/MatMul")
        if node.op_type == "MatMul":
            weights[name] = values[node.input[1]].T.astype(np.float32)
        elif node.op_type == "MatMulNBits":
            attributes = {attribute.name: attribute.i for attribute in node.attribute}
            packed, scales = values[node.input[1]], values[node.input[2]].astype(np.float32)
            bits = attributes["bits"]
            integers = packed if bits == 8 else np.stack([packed & 15, packed >> 4], axis=-1)
            integers = integers.reshape(*scales.shape, -1).astype(np.float32) - (1 << (bits - 1))
            weights[name] = (integers * scales[..., None]).reshape(scales.shape[0], -1)[:, : attributes["K"]]
    # A tied head is the embedding, too.
    embedding = values.get("model.embed_tokens.weight", weights["/lm_head"])
    weights["/model/embed_tokens"] = embedding.astype(np.float32)
    return {name: torch.from_numpy(np.ascontiguousarray(weight)) for name, weight in weights.items()}


def reference(source, weights, isHalf=False):
    """transformers with these weights, and the norms of the source."""
    model = new_model(source, tie_word_embeddings=False)
    state = model.state_dict()
    for path in sorted(source.glob("*.safetensors")):
        if path.name != "golden.safetensors":
            state |= {name: tensor.float() for name, tensor in load_file(path).items() if name in state}
    # An export for a GPU keeps them in f16.
    for name in [name for name in state if isHalf and name.endswith("norm.weight")]:
        state[name] = state[name].half().float()
    for layer in range(model.config.num_hidden_layers):
        path, own = f"/model/layers.{layer}", f"model.layers.{layer}"
        names = [f"{path}/attn/{name}_proj" for name in "qkv"]
        packed = weights.get(f"{path}/attn/qkv_proj")
        if packed is None:
            packed = torch.cat([weights[name] for name in names])
        gate, up = weights[f"{path}/mlp/gate_proj"], weights[f"{path}/mlp/up_proj"]
        if f"{own}.self_attn.qkv_proj.weight" in state:
            state[f"{own}.self_attn.qkv_proj.weight"] = packed
            state[f"{own}.mlp.gate_up_proj.weight"] = torch.cat([gate, up])
        else:
            sizes = [state[f"{own}.self_attn.{name}_proj.weight"].shape[0] for name in "qkv"]
            for name, part in zip("qkv", packed.split(sizes)):
                state[f"{own}.self_attn.{name}_proj.weight"] = part
            state[f"{own}.mlp.gate_proj.weight"], state[f"{own}.mlp.up_proj.weight"] = gate, up
        state[f"{own}.self_attn.o_proj.weight"] = weights[f"{path}/attn/o_proj"]
        state[f"{own}.mlp.down_proj.weight"] = weights[f"{path}/mlp/down_proj"]
    state["model.embed_tokens.weight"] = weights["/model/embed_tokens"]
    state["lm_head.weight"] = weights["/lm_head"]
    model.load_state_dict(state)
    return model.eval()


def check(path):
    """onnx.checker and shape inference; what they say, else nothing.

    The builder puts SimplifiedLayerNormalization where ONNX's own operators are, and ONNX Runtime looks for it there, but ONNX
    has none: it is checked as if it stood with the runtime's operators.
    """
    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        if node.op_type == "SimplifiedLayerNormalization":
            node.domain = "com.microsoft"
    moved = path.with_name("checked.onnx")
    onnx.save(model, moved)
    try:
        onnx.checker.check_model(str(moved))
        inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    finally:
        moved.unlink()
    known = {value.name for value in inferred.graph.value_info} | {value.name for value in inferred.graph.output}
    return [name for node in model.graph.node for name in node.output if name and name not in known]


def differences(folder, oracle, ids):
    with torch.no_grad():
        expected = oracle(torch.tensor([ids])).logits[0].numpy()
    spread = float(expected.std())
    model = Model(folder)
    once = np.abs(model.run(ids) - expected).max() / spread
    model.reset()
    # Keys that are cached keep the rotary factors of shorter texts.
    scaling = getattr(oracle.config, "rope_scaling", None) or {}
    original = getattr(oracle.config, "original_max_position_embeddings", None)
    isLong = "long_factor" in scaling and original is not None and len(ids) > original
    if isLong:
        return once, 0.0
    steps = np.concatenate([model.run([token]) for token in ids])
    return once, np.abs(steps - expected).max() / spread


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("swiftlet", type=pathlib.Path)
    parser.add_argument("--only", default="", help="models whose name holds this")
    parser.add_argument("--format", default="", help="formats whose name begins so")
    arguments = parser.parse_args()
    swiftlet = arguments.swiftlet.resolve()
    failures = 0
    print("| model | format | one pass | token by token | unknown shapes |\n|---|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        for name in [name for name in MODELS if arguments.only in name]:
            widen(GOLDEN / name, temporary / f"{name} × 128")
            for source in [GOLDEN / name, temporary / f"{name} × 128"]:
                for kind, (options, limit) in FORMATS.items():
                    if not kind.startswith(arguments.format):
                        continue
                    folder = temporary / "exported"
                    shutil.rmtree(folder, ignore_errors=True)
                    subprocess.run(
                        [swiftlet, "export", "onnx", source, "-o", folder, *options],
                        check=True, capture_output=True)
                    unknown = check(folder / "model.onnx")
                    isHalf = limit == HALF
                    oracle = reference(source, dequantised(folder / "model.onnx"), isHalf)
                    rng = np.random.default_rng(1)
                    worst = np.array([0.0, 0.0])
                    try:
                        for length in MODELS[name]:
                            ids = rng.integers(5, 300, size=length).tolist()
                            worst = np.maximum(worst, differences(folder, oracle, ids))
                        cells = f"{worst[0]:.1e} | {worst[1]:.1e}"
                    except Exception as error:
                        worst = np.array([np.inf, np.inf])
                        cells = f"{str(error).splitlines()[0][:160]} | "
                    failures += worst.max() > limit or bool(unknown)
                    mark = "" if worst.max() <= limit else f" (limit {limit:.0e})"
                    print(f"| {source.name} | {kind} | {cells}{mark} | {len(unknown)} |", flush=True)
    print(f"{failures} failures", file=sys.stderr)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
