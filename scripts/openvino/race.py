#!/usr/bin/env python3
"""Two exported folders in turns on OpenVINO's CPU device: the time of a prompt of 64 tokens, and of a token behind it.

    python3 race.py OURS THEIRS
"""

import sys
import time

import numpy as np
import openvino as ov

PROMPT, PROMPTS, TOKENS = 64, 4, 24


def timed(request, ids, past):
    count = past + ids.shape[1]
    start = time.perf_counter()
    request.infer({
        "input_ids": ids,
        "attention_mask": np.ones((1, count), dtype=np.int64),
        "position_ids": np.arange(past, count, dtype=np.int64)[None],
        "beam_idx": np.zeros(1, dtype=np.int32),
    })
    return 1e3 * (time.perf_counter() - start)


def main():
    core = ov.Core()
    folders = sys.argv[1:3]
    compiled = [core.compile_model(f"{f}/openvino_model.xml", "CPU", {"PERFORMANCE_HINT": "LATENCY"}) for f in folders]
    requests = [model.create_infer_request() for model in compiled]
    ids = np.random.default_rng(1).integers(5, 30_000, size=(1, PROMPT)).astype(np.int64)
    prompts, tokens = [], []
    for _ in range(PROMPTS):
        for request in requests:
            request.reset_state()
            prompts.append(timed(request, ids, 0))
    for step in range(TOKENS):
        tokens += [timed(request, ids[:, :1], PROMPT + step) for request in requests]
    for name, times in [("prompt", prompts), ("token", tokens)]:
        ours, theirs = np.array(times[0::2]), np.array(times[1::2])
        print(f"{name}: {np.median(ours):.1f} ms against {np.median(theirs):.1f} ms, "
              f"speed {np.median(theirs / ours):.3f} (median of pairs)")


if __name__ == "__main__":
    main()
