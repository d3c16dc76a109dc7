"""What the Python engines' scripts share: llama-bench's options, and the lines that `swiftlet bench --against` reads.

One JSON object a line, for each test: `test` (pp512, tg128, tg64 @ d2048), `samples_ts` (tokens per second of each
repetition), and for people `engine` and `n_threads`.
"""

import argparse
import json
import statistics
import time


def counts(text):
    return [int(part) for part in text.split(",")]


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("-m", "--model", required=True, help="the folder with the exported model")
    parser.add_argument("-t", "--threads", type=int, default=2)
    parser.add_argument("-p", "--n-prompt", type=counts, default=[512])
    parser.add_argument("-n", "--n-gen", type=counts, default=[128])
    parser.add_argument("-d", "--n-depth", type=counts, default=[0])
    parser.add_argument("-r", "--repetitions", type=int, default=1)
    return parser.parse_args()


def tokens(count, vocabulary, start=0):
    """Ids scattered over the vocabulary; `start` makes another prompt, so that no cache of prompts can help."""
    return [((start + index) * 7919 + 13) % vocabulary for index in range(count)]


def run(engine, options, prompt_seconds, generation_seconds):
    """Warms each test up, measures it and prints its line.

    prompt_seconds(depth, count, repetition) and generation_seconds(depth, count, repetition) take one measurement.
    """
    for depth in options.n_depth:
        tests = [("pp", count, prompt_seconds) for count in options.n_prompt if count]
        tests += [("tg", count, generation_seconds) for count in options.n_gen if count]
        for kind, count, measure in tests:
            measure(0 if kind == "tg" else depth, count if kind == "pp" else 2, 0)
            rates = [count / measure(depth, count, index + 1) for index in range(options.repetitions)]
            report = {
                "engine": engine,
                "n_threads": options.threads,
                "test": f"{kind}{count}" + (f" @ d{depth}" if depth else ""),
                "avg_ts": statistics.mean(rates),
                "samples_ts": rates,
            }
            print(json.dumps(report), flush=True)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
