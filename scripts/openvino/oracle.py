#!/usr/bin/env python3
"""Holds what `swiftlet export openvino` writes against transformers, through OpenVINO's CPU device.

    pip install openvino==2026.4.1 optimum-intel==2.2.0 transformers==5.5.4 torch==2.13.0+cpu
    python3 oracle.py path/to/swiftlet

The oracle is transformers in fp32 on the weights that the exported constants stand for, so a difference is the graph's,
not the quantisation's. Models: those of Tests/Golden, and the same shapes with rows long enough for all groups.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import openvino as ov
import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden"
EXACT = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
LIMIT = 1e-3

# name: the lengths of the texts, around what the model is for
MODELS = {
    "phi3-base-f32": [1, 21],
    "phi3-gqa-window8-bf16": [8, 9, 21],
    "phi3-longrope-f16": [16, 17, 23],
    "phi4mini-like-bf16": [20, 21],
    "llama-gqa-tied-bf16": [1, 21],
}

FORMATS = {
    "fp16": ["--weight-format", "fp16"],
    "int8": ["--weight-format", "int8"],
    "int8-sym": ["--weight-format", "int8", "--sym"],
    "int4": ["--weight-format", "int4"],
    "int4-rows": ["--group-size", "-1"],
    "int4-asym-rows": ["--group-size", "-1", "--asym"],
    "int4-32": ["--group-size", "32"],
    "int4-64": ["--group-size", "64"],
    "int4-128": ["--group-size", "128"],
    "int4-asym-32": ["--group-size", "32", "--asym"],
    "int4-asym-128": ["--group-size", "128", "--asym"],
    "int4-all-32": ["--group-size", "32", "--all-layers"],
    "int4-half-32": ["--group-size", "32", "--ratio", "0.5"],
}


def widen(source, folder):
    """The same kind of model with rows of 128 and 256."""
    shutil.copytree(source, folder)
    config = json.loads((source / "config.json").read_text())
    scale = 128 / config["hidden_size"]
    config["hidden_size"], config["intermediate_size"] = 128, 256
    if config.get("rope_scaling"):
        pairs = int(128 // config["num_attention_heads"] * config.get("partial_rotary_factor", 1)) // 2
        steps = np.linspace(0, 1, pairs)
        for name in ["short_factor", "long_factor"]:
            factors = np.array(config["rope_scaling"][name])
            config["rope_scaling"][name] = np.interp(steps, np.linspace(0, 1, len(factors)), factors).round(4).tolist()
    if 128 % config["num_attention_heads"]:
        config["num_attention_heads"], config["num_key_value_heads"] = 8, 2
        return widen_heads(config, source, folder)
    (folder / "config.json").write_text(json.dumps(config))
    randomise(folder, tied=config["tie_word_embeddings"], seed=int(100 * scale))


def widen_heads(config, source, folder):
    """Heads of 16, of which partial rotation takes 12."""
    pairs = int(16 * config.get("partial_rotary_factor", 1)) // 2
    original = json.loads((source / "config.json").read_text())["rope_scaling"]
    for name in ["short_factor", "long_factor"]:
        factors = np.array(original[name])
        config["rope_scaling"][name] = (
            np.interp(np.linspace(0, 1, pairs), np.linspace(0, 1, len(factors)), factors).round(4).tolist())
    (folder / "config.json").write_text(json.dumps(config))
    randomise(folder, tied=config["tie_word_embeddings"], seed=7)


def randomise(folder, tied, seed):
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, tensor in sorted(new_model(folder).state_dict().items()):
        if tied and name == "lm_head.weight":
            continue
        noise = torch.randn(tensor.shape, generator=generator)
        if name.endswith("norm.weight"):
            state[name] = 1 + 0.1 * noise
        elif "embed_tokens" in name and not tied:
            state[name] = noise
        else:
            gain = 2.5 if "embed" in name or "lm_head" in name else 1.3
            state[name] = noise * gain / tensor.shape[1] ** 0.5
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def new_model(folder):
    return AutoModelForCausalLM.from_config(
        AutoConfig.from_pretrained(folder), dtype=torch.float32, attn_implementation="eager")


def unpacked(constant):
    """The elements of a constant, nibbles too."""
    kind, shape = constant.get_element_type().get_type_name(), list(constant.get_output_shape(0))
    if kind not in ("i4", "u4"):
        return np.array(constant.data).reshape(shape).astype(np.float32)
    packed = np.array(constant.data).view(np.uint8).reshape(-1)
    nibbles = np.stack([packed & 15, packed >> 4], axis=1).reshape(-1)[: int(np.prod(shape))].astype(np.float32)
    return (nibbles - 16 * (nibbles > 7) * (kind == "i4")).reshape(shape)


def dequantised(ir):
    """What the constants of an exported model stand for, by transformers' names."""
    constants = {op.get_friendly_name(): op for op in ir.get_ops() if op.get_type_name() == "Constant"}
    state = {}
    for name, constant in constants.items():
        if not name.endswith(".weight") or not name.startswith("self."):
            continue
        values = unpacked(constant)
        if name + "/scale" in constants:
            if name + "/zero_point" in constants:
                values = values - unpacked(constants[name + "/zero_point"])
            values = values * unpacked(constants[name + "/scale"])
        state[name.removeprefix("self.")] = torch.from_numpy(values.reshape(values.shape[0], -1).copy())
    return state


def reference(folder, state, source):
    """transformers with these weights, and the norms of the source."""
    from safetensors.torch import load_file

    model = new_model(folder)
    norms = {k: v.float() for k, v in load_file(source / "model.safetensors").items() if k.endswith("norm.weight")}
    missing = model.load_state_dict(state | norms, strict=False)
    assert not missing.unexpected_keys and set(missing.missing_keys) <= {"lm_head.weight"}, missing
    if "lm_head.weight" not in state:
        model.tie_weights()
    return model.float().eval()


class Session:
    def __init__(self, compiled):
        self.request = compiled.create_infer_request()

    def run(self, ids, past):
        count = past + len(ids)
        self.request.infer({
            "input_ids": np.array([ids], dtype=np.int64),
            "attention_mask": np.ones((1, count), dtype=np.int64),
            "position_ids": np.arange(past, count, dtype=np.int64)[None],
            "beam_idx": np.zeros(1, dtype=np.int32),
        })
        return self.request.get_tensor("logits").data[0].copy()


@torch.no_grad()
def check(swiftlet, source, flags, folder, lengths, core, rng):
    run = subprocess.run(
        [swiftlet, "export", "openvino", source, "-o", folder, *flags], capture_output=True, text=True, check=False)
    if run.returncode:
        return None, run.stderr.strip().splitlines()[-1]
    ir = core.read_model(folder / "openvino_model.xml")
    model = reference(folder, dequantised(ir), source)
    compiled = core.compile_model(ir, "CPU", EXACT)
    original = getattr(model.config, "original_max_position_embeddings", None) or 10**9
    worst, steps = 0.0, 0.0
    for length in lengths:
        ids = [1, *rng.integers(3, model.config.vocab_size, size=length - 1).tolist()]
        expected = model(torch.tensor([ids]), use_cache=False).logits[0].numpy()
        spread = expected.std()
        whole = Session(compiled).run(ids, 0)
        worst = max(worst, np.abs(whole - expected).max() / spread)
        # Keys of one set of rotary factors only: what crosses has to be run again as a whole.
        if length <= original:
            session = Session(compiled)
            single = np.concatenate([session.run([token], index) for index, token in enumerate(ids)])
            steps = max(steps, np.abs(single - expected).max() / spread)
    kinds = {}
    for op in compiled.get_runtime_model().get_ops():
        kind = op.get_rt_info()["layerType"].astype(str)
        kinds[kind] = kinds.get(kind, 0) + 1
    return (worst, steps, kinds), None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("swiftlet", type=pathlib.Path)
    parser.add_argument("--only", default="", help="formats or models whose name holds this")
    parser.add_argument("--kinds", action="store_true", help="what the plugin made of the graph")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    core = ov.Core()
    failures = 0
    print("| model | format | one pass, max Δ / spread | token by token |\n|---|---|--:|--:|")
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        for name, lengths in MODELS.items():
            sources = {name: GOLDEN / name, name + " × 128": work / name}
            widen(GOLDEN / name, work / name)
            for title, source in sources.items():
                for form, flags in FORMATS.items():
                    if arguments.only not in f"{title} {form}":
                        continue
                    folder = work / "export"
                    shutil.rmtree(folder, ignore_errors=True)
                    rng = np.random.default_rng(5)
                    result, error = check(arguments.swiftlet, source, flags, folder, lengths, core, rng)
                    if error:
                        is_expected = "no whole groups" in error
                        failures += not is_expected
                        if not is_expected:
                            print(f"| {title} | {form} | {error} | |", flush=True)
                        continue
                    worst, steps, kinds = result
                    failures += not (worst <= LIMIT and steps <= LIMIT)
                    print(f"| {title} | {form} | {worst:.1e} | {steps:.1e} |", flush=True)
                    if arguments.kinds:
                        print(kinds)
    print(f"{failures} failures", file=sys.stderr)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
