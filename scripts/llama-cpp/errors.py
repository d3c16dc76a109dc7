#!/usr/bin/env python3
"""The squared error of `swiftlet quantize` beside that of llama.cpp's llama-quantize, type by type.

    scripts/llama-cpp/errors.py --build LLAMA.CPP/build [--types q4_0,…] [--swiftlet FILE]

Over a layer of normal weights, one with outlier channels as trained models have them (one column in 48 from 4 to 16 times
as large as the others), and one of heavy tails (Laplace): three seeds of each. Neither side has an importance matrix. Prints
ratios of the sums over all matrices of a layer, ours to theirs. Ends with 0 if none is above 1.
"""
import array
import json
import random
import struct
import tempfile
from pathlib import Path

from common import ROOT, parser, run

TYPES = "q4_0 q4_1 q5_0 q5_1 q4_k q5_k q6_k q8_0".split()
HIDDEN, INTERMEDIATE = 256, 512
SEEDS = (1, 2, 3)


def normal(source, rows, columns):
    return [source.gauss(0, 0.02) for _ in range(rows * columns)]


def outliers(source, rows, columns):
    factors = [source.uniform(4, 16) if source.random() < 1 / 48 else 1 for _ in range(columns)]
    return [source.gauss(0, 0.02) * factor for _ in range(rows) for factor in factors]


def heavy(source, rows, columns):
    return [source.choice((-1, 1)) * source.expovariate(50) for _ in range(rows * columns)]


def write_model(folder, weights, seed):
    """A Hugging Face folder of one layer, with the configuration and tokenizer of a tiny model of the tests."""
    golden = ROOT / "Tests/Golden/phi3-base-f32"
    folder.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((golden / name).read_bytes())
    configuration = json.loads((golden / "config.json").read_text())
    configuration.update(hidden_size=HIDDEN, intermediate_size=INTERMEDIATE, num_hidden_layers=1)
    configuration.update(num_attention_heads=4, num_key_value_heads=4)
    (folder / "config.json").write_text(json.dumps(configuration))
    source, vocabulary, layer = random.Random(seed), configuration["vocab_size"], "model.layers.0."
    shapes = {
        "model.embed_tokens.weight": [vocabulary, HIDDEN], "model.norm.weight": [HIDDEN],
        "lm_head.weight": [vocabulary, HIDDEN], layer + "input_layernorm.weight": [HIDDEN],
        layer + "post_attention_layernorm.weight": [HIDDEN],
        layer + "self_attn.qkv_proj.weight": [3 * HIDDEN, HIDDEN], layer + "self_attn.o_proj.weight": [HIDDEN, HIDDEN],
        layer + "mlp.gate_up_proj.weight": [2 * INTERMEDIATE, HIDDEN],
        layer + "mlp.down_proj.weight": [HIDDEN, INTERMEDIATE]}
    header, body = {}, bytearray()
    for name, shape in shapes.items():
        values = [1.0] * shape[0] if len(shape) == 1 else weights(source, *shape)
        start = len(body)
        body += array.array("f", values).tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(body)]}
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)


def squared_error(swiftlet, source, file):
    """The sum over the matrices of the layer of the squared relative error, each weighing the same."""
    report = json.loads(run(swiftlet, "inspect", "--errors", source, file, "--json"))
    layers = [tensor for tensor in report["tensors"] if tensor["name"].startswith("blk.")]
    return sum(tensor["relative_error"] ** 2 for tensor in layers)


def main():
    options = parser(__doc__)
    options.add_argument("--types", default=",".join(TYPES))
    arguments = options.parse_args()
    types = arguments.types.split(",")
    isWorse = False
    print(f"{'layers':10}" + "".join(f"{kind:>8}" for kind in types))
    with tempfile.TemporaryDirectory(prefix="llama-errors-") as name:
        folder = Path(name)
        for weights in (normal, outliers, heavy):
            ratios = []
            sums = {kind: [0.0, 0.0] for kind in types}
            for seed in SEEDS:
                model = folder / f"{weights.__name__}-{seed}"
                write_model(model, weights, seed)
                source, ours, theirs = folder / "f32.gguf", folder / "ours.gguf", folder / "theirs.gguf"
                run(arguments.swiftlet, "quantize", model, "-o", source, "--type", "f32")
                for kind in types:
                    # --pure: their mixtures give some matrices other types.
                    run(arguments.swiftlet, "quantize", source, "-o", ours, "--type", kind)
                    run(arguments.build / "bin/llama-quantize", "--pure", source, theirs, kind, arguments.threads)
                    sums[kind][0] += squared_error(arguments.swiftlet, source, ours)
                    sums[kind][1] += squared_error(arguments.swiftlet, source, theirs)
            ratios = [sums[kind][0] / sums[kind][1] for kind in types]
            isWorse = isWorse or max(ratios) > 1.0005
            print(f"{weights.__name__:10}" + "".join(f"{ratio:8.3f}" for ratio in ratios), flush=True)
    raise SystemExit(1 if isWorse else 0)


if __name__ == "__main__":
    main()
