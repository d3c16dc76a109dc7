#!/usr/bin/env python3
"""Runs exported folders in ONNX Runtime GenAI, and compares greedy tokens and their text with those of transformers.

    pip install onnxruntime-genai==0.18.0 transformers==5.23.0 safetensors
    python3 genai.py path/to/swiftlet
    python3 genai.py FOLDER --prompt "What is the capital of France?" [--tokens 40]    # a folder's answer
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import onnxruntime_genai as og

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Golden"
MODELS = [
    "phi3-base-f32", "phi3-gqa-window8-bf16", "phi3-longrope-f16", "phi4mini-like-bf16", "llama-gqa-tied-bf16"]
# The original lengths of the Phi-3 family, and one that ONNX Runtime GenAI does not know of.
OUTGROWN = [("phi3-longrope-f16", 4096), ("phi4mini-like-bf16", 4096), ("phi3-longrope-f16", 2048)]
KINDS = {
    "fp32": ["--precision", "fp32"],
    "fp16": ["--precision", "fp16"],
    "int8": ["--precision", "int8", "--accuracy-level", "1"],
    "int4": ["--accuracy-level", "1"],
}


def generated(model, prompt, count):
    """Greedy tokens behind a prompt, up to one that ends the text."""
    parameters = og.GeneratorParams(model)
    parameters.set_search_options(max_length=len(prompt) + count, do_sample=False)
    generator = og.Generator(model, parameters)
    generator.append_tokens(prompt)
    tokens = []
    while not generator.is_done():
        generator.generate_next_token()
        tokens.append(int(generator.get_next_tokens()[0]))
    return tokens


def agreement(tokens, expected):
    """How many of the first tokens agree."""
    return next((i for i, (a, b) in enumerate(zip(tokens, expected)) if a != b), min(len(tokens), len(expected)))


def answer(folder, text, count):
    model = og.Model(str(folder))
    tokenizer = og.Tokenizer(model)
    messages = json.dumps([{"role": "user", "content": text}])
    prompt = tokenizer.encode(tokenizer.apply_chat_template(messages, add_generation_prompt=True))
    tokens = generated(model, prompt.tolist(), count)
    print(tokenizer.decode(tokens))


def texts(folder):
    """Texts whose ids differ from those that the tokenizers library gives by the folder's tokenizer.json, of a few.

    (transformers changes the rules of some classes when it loads them.)
    """
    from transformers import PreTrainedTokenizerFast

    theirs = PreTrainedTokenizerFast.from_pretrained(folder)
    ours = og.Tokenizer(og.Model(str(folder)))
    samples = ["the swift", "  two  spaces", "naïve 東京 \U0001F600", "12345 a\tb\r\n", "<|user|>\nHi<|end|>\n<|assistant|>"]
    return [text for text in samples if ours.encode(text).tolist() != theirs.encode(text, add_special_tokens=False)]


def reference(folder, prompt, count):
    """Greedy tokens of transformers on the weights that the folder's tensors stand for."""
    import torch

    import oracle

    model = oracle.reference(GOLDEN / folder.name, oracle.dequantised(folder / "model.onnx"))
    ids = list(prompt)
    for _ in range(count):
        with torch.no_grad():
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[len(prompt):]


def outgrown(model, prompt, turn, count, context):
    """The ids of a prompt and of `count` greedy tokens behind it, a turn in between after the fourth; and the places of those tokens."""
    parameters = og.GeneratorParams(model)
    # No text ends before it is as long as it may be.
    parameters.set_search_options(max_length=context, min_length=context, do_sample=False)
    generator = og.Generator(model, parameters)
    generator.append_tokens(prompt)
    ids, places = list(prompt), []
    for step in range(count):
        if turn and step == 4:
            generator.append_tokens(turn)
            ids += turn
        generator.generate_next_token()
        places.append(len(ids))
        ids.append(int(generator.get_next_tokens()[0]))
    return ids, places


def across(swiftlet, name, original, count=24):
    """LongRoPE where the text outgrows the original length by its own tokens, or in the middle of a turn that is appended.

    A pass over the ids up to that length and one over all of them give what transformers says behind each: what comes later does
    not change what stands before.

    Returns how many texts went another way where ONNX Runtime GenAI computes its cache anew.
    """
    import numpy as np
    import torch

    import oracle

    context, failures = 2 * original, 0
    with tempfile.TemporaryDirectory() as temporary:
        source = pathlib.Path(temporary) / "source"
        oracle.widen(
            GOLDEN / name, source, max_position_embeddings=context, original_max_position_embeddings=original)
        rng = np.random.default_rng(1)
        prompt = rng.integers(5, 300, size=original - 11).tolist()
        for kind in ["fp32", "int4"]:
            folder = pathlib.Path(temporary) / kind
            subprocess.run(
                [swiftlet, "export", "onnx", source, "-o", folder, *KINDS[kind]], check=True, capture_output=True)
            ends = json.loads((folder / "genai_config.json").read_text())["model"]["eos_token_id"]
            model = og.Model(str(folder))
            weights = oracle.reference(source, oracle.dequantised(folder / "model.onnx"))
            for turn in [[], rng.integers(5, 300, size=40).tolist()]:
                ids, places = outgrown(model, prompt, turn, count, context)
                with torch.no_grad():
                    short, long = [weights(torch.tensor([part])).logits[0] for part in [ids[:original], ids]]
                rows = [(short if place <= original else long)[place - 1] for place in places]
                spread = float(rows[0].std())
                for row in rows:
                    row[ends] = -torch.inf
                # As each is held against the ids before it, a parting by rounding ends nothing.
                best = [float(row.max() - row[ids[place]]) < 0.05 * spread for row, place in zip(rows, places)]
                before = sum(place <= original for place in places)
                failures += original == 4096 and not turn and not all(best)
                how = "a turn of 40" if turn else "its own tokens"
                print(
                    f"| {name} | {original} | {kind} | {how} | {sum(best[:before])} of {before} "
                    f"| {sum(best[before:])} of {count - before} |", flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=pathlib.Path)
    parser.add_argument("--prompt")
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--only", default="", help="models whose name holds this")
    arguments = parser.parse_args()
    if arguments.prompt:
        return answer(arguments.path, arguments.prompt, arguments.tokens)

    from safetensors.numpy import load_file

    failures = 0
    print("| model | precision | prompt | tokens that agree | texts that differ |\n|---|---|--:|--:|---|")
    for name in [name for name in MODELS if arguments.only in name]:
        for kind, options in KINDS.items():
            with tempfile.TemporaryDirectory() as temporary:
                folder = pathlib.Path(temporary) / name
                subprocess.run(
                    [arguments.path.resolve(), "export", "onnx", GOLDEN / name, "-o", folder, *options],
                    check=True, capture_output=True)
                ends = json.loads((folder / "genai_config.json").read_text())["model"]["eos_token_id"]
                ends = ends if isinstance(ends, list) else [ends]
                differing = texts(folder)
                model = og.Model(str(folder))
                golden = load_file(GOLDEN / name / "golden.safetensors")
                for index in range(2):
                    prompt = golden[f"greedy{index}.prompt"].tolist()
                    count = len(golden[f"greedy{index}.tokens"])
                    expected = (
                        golden[f"greedy{index}.tokens"].tolist() if kind == "fp32"
                        else reference(folder, prompt, count))
                    last = next((i for i, token in enumerate(expected) if token in ends), count - 1)
                    expected = expected[: last + 1]
                    tokens = generated(model, prompt, count)
                    equal = agreement(tokens, expected)
                    failures += tokens != expected or bool(differing)
                    print(f"| {name} | {kind} | {len(prompt)} | {equal} of {len(expected)} | {differing or '–'} |", flush=True)
    print("\n| model | original length | precision | outgrown by | right up to it | right past it |\n|---|--:|---|---|--:|--:|")
    for name, original in OUTGROWN:
        if arguments.only in name:
            failures += across(arguments.path.resolve(), name, original)
    print(f"{failures} failures", file=sys.stderr)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
