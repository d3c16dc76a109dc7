#!/usr/bin/env python3
"""Compares exported folders with those of ONNX Runtime GenAI's own builder: kinds and counts of nodes, names and types of inputs
and outputs, the members of genai_config.json, and the bytes of the tensors.

    pip install onnxruntime==1.32.0 onnxruntime-genai==0.18.0 onnx==1.23.2 onnx-ir==1.1.0 transformers==5.23.0 torch==2.13.0+cpu
    python3 builder.py path/to/swiftlet

Models: those of Tests/Golden, with larger heads where theirs are no multiple of 16: what the builder makes of such ONNX Runtime
refuses to run, and so this export has another form for them.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx

from oracle import widen

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden"
MODELS = [
    "phi3-base-f32", "phi3-gqa-window8-bf16", "phi3-longrope-f16", "phi4mini-like-bf16", "llama-gqa-tied-bf16"]
KINDS = [
    ("int4", "cpu"), ("int4", "dml"), ("int4", "cuda"), ("int4", "webgpu"), ("int8", "cpu"), ("int8", "cuda"),
    ("int8", "webgpu"), ("fp32", "cpu"), ("fp16", "dml"), ("fp16", "cuda")]


def members(value, path=""):
    """The paths of all members of a JSON value, those of lists as one."""
    if isinstance(value, dict):
        return {path} | {name for key, member in value.items() for name in members(member, f"{path}/{key}")}
    if isinstance(value, list):
        return {path} | {name for member in value for name in members(member, path) if isinstance(member, dict)}
    return {path}


class Folder:
    def __init__(self, path):
        model = onnx.load(path / "model.onnx")
        self.config = json.loads((path / "genai_config.json").read_text())
        graph = model.graph
        self.counts = collections.Counter((node.domain, node.op_type) for node in graph.node)
        self.edges = [
            [(v.name, v.type.tensor_type.elem_type, [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim])
             for v in sorted(values, key=lambda v: v.name)] for values in (graph.input, graph.output)]
        self.names = {(node.op_type, node.name) for node in graph.node}
        self.wires = {node.name: (list(node.input), list(node.output)) for node in graph.node}
        self.attributes = {
            node.name: {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute if a.type in (1, 2)}
            for node in graph.node}
        self.tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self.versions = (model.ir_version, sorted((o.domain, o.version) for o in model.opset_import))


WINDOW = "the sliding window, which the builder leaves out of the attention"


def compare(ours, theirs):
    """What differs, in words."""
    found = []
    if ours.counts != theirs.counts:
        found.append(f"nodes {ours.counts - theirs.counts} / {theirs.counts - ours.counts}")
    if ours.edges != theirs.edges:
        found.append("inputs or outputs")
    if ours.versions != theirs.versions:
        found.append(f"versions {ours.versions} / {theirs.versions}")
    if ours.names != theirs.names:
        found.append(f"names {sorted(ours.names ^ theirs.names)[:4]}")
    for name in set(ours.wires) & set(theirs.wires):
        if ours.wires[name] != theirs.wires[name]:
            found.append(f"edges of {name}: {ours.wires[name]} / {theirs.wires[name]}")
        if ours.attributes[name] != theirs.attributes[name]:
            changed = {
                key: (ours.attributes[name].get(key), theirs.attributes[name].get(key))
                for key in ours.attributes[name].keys() | theirs.attributes[name].keys()
                if ours.attributes[name].get(key) != theirs.attributes[name].get(key)}
            isWindow = list(changed) == ["local_window_size"] and changed["local_window_size"][1] == -1
            found.append(WINDOW if isWindow else f"{name.split('/')[-1]} {changed}")
    missing = members(theirs.config) ^ members(ours.config)
    if WINDOW in found:
        # It names a window that none of its layers has.
        missing = {name for name in missing if "/sliding_window" not in name}
    if missing:
        found.append(f"genai_config.json {sorted(missing)}")
    return list(dict.fromkeys(found))


def tensors(ours, theirs):
    """Tensors that are equal byte for byte, and the worst of the others."""
    equal, worst = 0, 0.0
    for name, values in theirs.tensors.items():
        own = ours.tensors.get(name)
        if own is None or own.shape != values.shape or own.dtype != values.dtype:
            return f"{name} is missing or of another shape"
        if own.tobytes() == values.tobytes():
            equal += 1
        else:
            worst = max(worst, float(np.abs(own.astype(np.float64) - values.astype(np.float64)).max()))
    return f"{equal} of {len(theirs.tensors)}" + (f", others within {worst:.1e}" if equal < len(theirs.tensors) else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("swiftlet", type=pathlib.Path)
    parser.add_argument("--only", default="", help="models whose name holds this")
    parser.add_argument("--built", type=pathlib.Path, help="where the builder's folders stand already, or shall stand")
    arguments = parser.parse_args()
    swiftlet = arguments.swiftlet.resolve()
    differing = 0
    print("| model | precision | target | differs in | equal tensors |\n|---|---|---|---|--:|")
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        built = arguments.built or temporary
        for name in [name for name in MODELS if arguments.only in name]:
            source = GOLDEN / name
            config = json.loads((source / "config.json").read_text())
            if config["hidden_size"] // config["num_attention_heads"] % 16:
                source, name = temporary / f"{name} × 128", f"{name} × 128"
                widen(GOLDEN / name.split()[0], source)
            for precision, target in KINDS:
                theirs, own = built / f"{name}.{precision}.{target}", temporary / f"ours.{name}.{precision}.{target}"
                if not (theirs / "genai_config.json").exists():
                    run = subprocess.run(
                        [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", source, "-o", theirs,
                         "-p", precision, "-e", target, "-c", temporary / "cache"],
                        capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"})
                    if run.returncode:
                        print(f"| {name} | {precision} | {target} | builder: {run.stderr.splitlines()[-1][:100]} | |")
                        continue
                subprocess.run(
                    [swiftlet, "export", "onnx", source, "-o", own, "--precision", precision,
                     "--target", target], check=True, capture_output=True)
                a, b = Folder(own), Folder(theirs)
                found = compare(a, b)
                differing += bool(set(found) - {WINDOW})
                print(f"| {name} | {precision} | {target} | {'; '.join(found) or '–'} | {tensors(a, b)} |", flush=True)
    print(f"{differing} differ", file=sys.stderr)


if __name__ == "__main__":
    main()
