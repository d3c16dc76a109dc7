#!/usr/bin/env python3
"""Whether llama.cpp reads what `swiftlet quantize` writes, type by type, and computes the same logits.

    scripts/llama-cpp/agree.py --checkout LLAMA.CPP --build LLAMA.CPP/build [MODEL…] [--types q4_0,…] [--swiftlet FILE]

For each model (a GGUF or a folder of floats; the tiny ones of Tests/Golden and one of Phi-3-mini's width where none is
named) and each type there are three answers to the same ids:

    S   swiftlet, the weights as floats (`logits --exact`)
    F   llama.cpp over what its llama-quantize made of the file in f32: what it reads in our blocks, computed in floats
    L   llama.cpp over the file itself, its activations rounded to 8 bits

max |S − F| tells whether both read the same numbers; max |L − F| is llama.cpp's own noise, and max |L − S| must be no
larger. Needs a C++ compiler; the build must have the static libraries and llama-quantize. Ends with 0 if all agree.
"""
import array
import json
import random
import struct
import tempfile
from pathlib import Path

from common import ROOT, parser, run

TYPES = "f32 f16 bf16 q8_0 q4_0 q4_1 q5_0 q5_1 q4_k q5_k q6_k q4_k_m q5_k_m".split()
TINY = ["phi3-base-f32", "llama-gqa-tied-bf16", "phi3-longrope-f16"]
# llama.cpp's and Swiftlet's floats are summed in other orders; logits here are some units large.
TOLERANCE = 1e-3


def compile_logits(checkout, build, folder):
    program = folder / "logits"
    libraries = [build / "src/libllama.a"] + [
        build / f"ggml/src/lib{name}.a" for name in ("ggml", "ggml-cpu", "ggml-base")]
    run("c++", "-std=c++17", "-O1", Path(__file__).parent / "logits.cpp", f"-I{checkout}/include",
        f"-I{checkout}/ggml/include", *libraries, "-fopenmp", "-lpthread", "-ldl", "-o", program)
    return program


def read_safetensors(path):
    data = Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8:8 + length])["seq0.logits"]
    start, end = entry["data_offsets"]
    return array.array("f", data[8 + length + start:8 + length + end]), entry["shape"]


def read_floats(path):
    return array.array("f", Path(path).read_bytes())


def difference(a, b):
    if len(a) != len(b):
        raise SystemExit(f"{len(a)} logits, {len(b)}")
    return max(abs(x - y) for x, y in zip(a, b))


def check_imatrix(swiftlet, quantize, folder):
    """llama-quantize must find in our importance matrix all that is in it, for every matrix of the model."""
    model, imatrix = folder / "f32.gguf", folder / "imatrix.gguf"
    run(swiftlet, "quantize", ROOT / "Tests/Golden" / TINY[0], "-o", model, "--type", "f32")
    run(swiftlet, "calibrate", model, "-c", "64", "--chunks", "4", "-o", imatrix)
    said = run(quantize, "--imatrix", imatrix, model, folder / "theirs.gguf", "q4_0", "2")
    lines = [line for line in said.splitlines() if "importance matrix" in line or "imatrix" in line]
    print("llama-quantize --imatrix of swiftlet calibrate: " + " / ".join(line.strip() for line in lines[:2]))
    # An embedding is looked up, not multiplied: nothing meets its columns.
    missed = [line for line in said.splitlines() if "did not find weights" in line and "token_embd" not in line]
    if not any("9 importance matrix entries" in line for line in lines) or missed:
        raise SystemExit("llama-quantize did not take the importance matrix\n" + said[-2000:])


def main():
    options = parser(__doc__)
    options.add_argument("models", nargs="*")
    options.add_argument("--checkout", type=Path, required=True, help="llama.cpp's source")
    options.add_argument("--types", default=",".join(TYPES))
    # No more than the first window, and the first factors, of the tiny models: llama.cpp does otherwise behind them.
    options.add_argument("--tokens", type=int, default=12)
    arguments = options.parse_args()
    quantize = arguments.build / "bin/llama-quantize"
    isWrong = False
    with tempfile.TemporaryDirectory(prefix="llama-agree-") as name:
        folder = Path(name)
        logits = compile_logits(arguments.checkout, arguments.build, folder)
        models = [Path(model) for model in arguments.models]
        if not models:
            # K blocks need rows of 256: one layer of a model as wide as Phi-3-mini.
            wide = folder / "wide.gguf"
            run(arguments.swiftlet, "synth", "--like", "phi-3-mini-4k", "--layers", "1", "--dtype", "f16", "-o", wide)
            models = [ROOT / "Tests/Golden" / tiny for tiny in TINY] + [wide]
        check_imatrix(arguments.swiftlet, quantize, folder)
        print(f"{'model':22} {'type':7} {'|S - F|':>9} {'|L - F|':>9} {'|L - S|':>9}  logits up to")
        for model in models:
            for kind in arguments.types.split(","):
                ours, floats = folder / "ours.gguf", folder / "floats.gguf"
                run(arguments.swiftlet, "quantize", model, "-o", ours, "--type", kind, "--allow-requantize")
                run(quantize, "--allow-requantize", ours, floats, "f32", arguments.threads)
                ids = [random.Random(7).randrange(3, 300) for _ in range(arguments.tokens)]
                (folder / "ids.json").write_text(json.dumps([ids]))
                run(arguments.swiftlet, "logits", ours, "--ids", folder / "ids.json", "-o", folder / "s", "--exact")
                for file, out in ((floats, "f"), (ours, "l")):
                    run(logits, file, arguments.threads, folder / out, *ids)
                s, _ = read_safetensors(folder / "s")
                f, l = read_floats(folder / "f"), read_floats(folder / "l")
                sf, lf, ls = difference(s, f), difference(l, f), difference(l, s)
                verdict = "" if sf <= TOLERANCE and ls <= lf + TOLERANCE else "  DISAGREE"
                isWrong = isWrong or verdict != ""
                largest = max(max(s), -min(s))
                print(f"{model.name:22} {kind:7} {sf:9.1e} {lf:9.1e} {ls:9.1e}  {largest:.1f}{verdict}", flush=True)
    raise SystemExit(1 if isWrong else 0)


if __name__ == "__main__":
    main()
