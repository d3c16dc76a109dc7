#!/usr/bin/env python3
"""The logits of an exported folder for some token ids, from OpenVINO's CPU device in full precision.

    python3 logits.py FOLDER ID [ID …] [--steps]    # f32 numbers to standard output: (ids, vocabulary)
"""

import sys

import numpy as np
import openvino as ov

EXACT = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}


def main():
    steps = "--steps" in sys.argv
    folder, *ids = [argument for argument in sys.argv[1:] if argument != "--steps"]
    ids = [int(token) for token in ids]
    request = ov.Core().compile_model(f"{folder}/openvino_model.xml", "CPU", EXACT).create_infer_request()
    past = 0
    for part in [[token] for token in ids] if steps else [ids]:
        count = past + len(part)
        request.infer({
            "input_ids": np.array([part], dtype=np.int64),
            "attention_mask": np.ones((1, count), dtype=np.int64),
            "position_ids": np.arange(past, count, dtype=np.int64)[None],
            "beam_idx": np.zeros(1, dtype=np.int32),
        })
        past = count
        sys.stdout.buffer.write(request.get_tensor("logits").data.astype("<f4").tobytes())


if __name__ == "__main__":
    main()
