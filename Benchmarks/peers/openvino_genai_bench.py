"""Times OpenVINO GenAI on a model folder; see openvino-genai.sh."""

import json
import pathlib

import numpy
import openvino
import openvino_genai as genai

import protocol

options = protocol.arguments(__doc__)
folder = pathlib.Path(options.model)
vocabulary = json.loads((folder / "config.json").read_text())["vocab_size"]
pipeline = genai.LLMPipeline(
    str(folder), "CPU", INFERENCE_NUM_THREADS=options.threads, PERFORMANCE_HINT="LATENCY", ATTENTION_BACKEND="SDPA"
)


def generate(prompt, count):
    """Milliseconds to the first token, and those of each token after it."""
    ids = openvino.Tensor(numpy.array([prompt], dtype=numpy.int64))
    settings = genai.GenerationConfig(max_new_tokens=count, ignore_eos=True, do_sample=False)
    metrics = pipeline.generate(genai.TokenizedInputs(ids, openvino.Tensor(numpy.ones_like(ids.data))), settings).perf_metrics
    return metrics.get_ttft().mean, list(metrics.raw_metrics.m_durations)


def prompt_seconds(depth, count, repetition):
    if depth:
        raise SystemExit("openvino-genai: a prompt at a depth is not measured; use -p 0 with -d")
    first, _ = generate(protocol.tokens(count, vocabulary, start=repetition), 1)
    return first / 1e3


def generation_seconds(depth, count, repetition):
    _, rest = generate(protocol.tokens(max(depth, 1), vocabulary, start=repetition), count + 1)
    # In microseconds, the prompt's step first where it is among them.
    return sum(rest[-count:]) / 1e6


protocol.run(f"OpenVINO GenAI {genai.__version__.split('-')[0]}", options, prompt_seconds, generation_seconds)
