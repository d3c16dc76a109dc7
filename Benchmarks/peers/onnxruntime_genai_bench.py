"""Times ONNX Runtime GenAI on a model folder; see onnxruntime-genai.sh."""

import json
import pathlib

import onnxruntime_genai as og

import protocol

options = protocol.arguments(__doc__)
folder = pathlib.Path(options.model)
configuration = json.loads((folder / "genai_config.json").read_text())

config = og.Config(str(folder))
# Without this it runs on one thread.
config.overlay(json.dumps({"model": {"decoder": {"session_options": {"intra_op_num_threads": options.threads}}}}))
model = og.Model(config)
vocabulary = configuration["model"]["vocab_size"]


def generator(total):
    parameters = og.GeneratorParams(model)
    # Greedy, and past any end token: what is drawn must not end the measurement.
    parameters.set_search_options(max_length=total, min_length=total, do_sample=False)
    return og.Generator(model, parameters)


def filled(depth, total, repetition):
    result = generator(total)
    if depth:
        result.append_tokens(protocol.tokens(depth, vocabulary, start=repetition))
    return result


def prompt_seconds(depth, count, repetition):
    run = filled(depth, depth + count + 1, repetition)
    ids = protocol.tokens(count, vocabulary, start=repetition + depth)
    return protocol.seconds(lambda: run.append_tokens(ids))


def generation_seconds(depth, count, repetition):
    run = filled(max(depth - 1, 1), max(depth, 2) + count + 1, repetition)
    # The first token comes out of the prompt's logits; each further one runs the model once.
    run.generate_next_token()

    def generate():
        for _ in range(count):
            run.generate_next_token()

    return protocol.seconds(generate)


protocol.run(f"ONNX Runtime GenAI {og.__version__}", options, prompt_seconds, generation_seconds)
