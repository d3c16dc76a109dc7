#!/usr/bin/env python3
"""Runs exported folders in OpenVINO GenAI, by each of its ways, and compares the greedy tokens with those of transformers.

    pip install openvino-genai==2026.4.1.0 openvino-tokenizers==2026.4.1.0 transformers==5.5.4 safetensors
    python3 genai.py path/to/swiftlet [--against folder of optimum-cli's exports, named as the models]

The ways: stateful attention (SDPA), paged attention with continuous batching (PA), and the path that an NPU takes, its two
static models compiled for the CPU (NPUW).
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import openvino as ov
import openvino_genai as genai
from safetensors.numpy import load_file

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden"
MODELS = [
    "phi3-base-f32", "phi3-gqa-window8-bf16", "phi3-longrope-f16", "phi4mini-like-bf16", "llama-gqa-tied-bf16"]
EXACT = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32"}
NPUW = {
    "NPU_USE_NPUW": "YES", "NPUW_DEVICES": "CPU", "MAX_PROMPT_LEN": 128, "MIN_RESPONSE_LEN": 64,
    "NPUW_ONLINE_PIPELINE": "NONE", "INFERENCE_PRECISION_HINT": "f32"}
WAYS = {
    "SDPA": ("CPU", EXACT | {"ATTENTION_BACKEND": "SDPA"}),
    "PA": ("CPU", EXACT | {"ATTENTION_BACKEND": "PA"}),
    "NPUW": ("NPU", NPUW),
}


def generated(folder, way, prompt, count):
    device, options = WAYS[way]
    pipeline = genai.LLMPipeline(folder, device, **options)
    ids = ov.Tensor(np.array([prompt], dtype=np.int64))
    mask = ov.Tensor(np.ones((1, len(prompt)), dtype=np.int64))
    config = genai.GenerationConfig(max_new_tokens=count, do_sample=False, ignore_eos=True)
    return list(pipeline.generate(genai.TokenizedInputs(ids, mask), config).tokens[0])


def agreement(tokens, expected):
    """How many of the first tokens agree."""
    return next((i for i, (a, b) in enumerate(zip(tokens, expected)) if a != b), min(len(tokens), len(expected)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("swiftlet", type=pathlib.Path)
    parser.add_argument("--against", type=pathlib.Path)
    parser.add_argument("--convert-tokenizer", default="convert_tokenizer", help="the tool, which needs transformers")
    parser.add_argument("--ways", default="SDPA,PA,NPUW")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    failures = 0
    print("| model | prompt | way | tokens that agree | optimum-cli's export |\n|---|--:|---|--:|--:|")
    with tempfile.TemporaryDirectory() as temporary:
        for name in [name for name in MODELS if arguments.only in name]:
            folder = pathlib.Path(temporary) / name
            subprocess.run(
                [arguments.swiftlet, "export", "openvino", GOLDEN / name, "-o", folder, "--weight-format", "fp16"],
                check=True, capture_output=True)
            subprocess.run([arguments.convert_tokenizer, folder, "--with-detokenizer", "-o", folder], check=True, capture_output=True)
            golden = load_file(GOLDEN / name / "golden.safetensors")
            for index in range(2):
                prompt, expected = golden[f"greedy{index}.prompt"].tolist(), golden[f"greedy{index}.tokens"].tolist()
                for way in arguments.ways.split(","):
                    cells = []
                    for each in [folder] + ([arguments.against / name] if arguments.against else []):
                        try:
                            tokens = generated(each, way, prompt, len(expected))
                            cells.append(f"{agreement(tokens, expected)} of {len(expected)}")
                        except Exception as error:
                            cells.append(str(error).strip().splitlines()[-1][:120])
                    failures += not cells[0].startswith(f"{len(expected)} of")
                    print("|", " | ".join([name, str(len(prompt)), way, *cells, *[""] * (2 - len(cells))]), "|", flush=True)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
