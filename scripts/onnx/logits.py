#!/usr/bin/env python3
"""The logits of an exported folder for some token ids, from ONNX Runtime's CPU provider.

    python3 logits.py FOLDER ID [ID …] [--steps]    # f32 numbers to standard output: (ids, vocabulary)
"""

import json
import pathlib
import sys

import numpy as np
import onnxruntime as ort


class Model:
    """A folder with its session; the cache is passed from run to run."""

    def __init__(self, folder, providers=("CPUExecutionProvider",)):
        folder = pathlib.Path(folder)
        decoder = json.loads((folder / "genai_config.json").read_text())["model"]["decoder"]
        options = ort.SessionOptions()
        options.log_severity_level = 3
        self.session = ort.InferenceSession(str(folder / decoder["filename"]), options, providers=list(providers))
        self.names = {entry.name for entry in self.session.get_inputs()}
        logits = self.session.get_outputs()[0]
        self.type = np.float16 if logits.type == "tensor(float16)" else np.float32
        self.layers = decoder["num_hidden_layers"]
        self.empty = np.zeros((1, decoder["num_key_value_heads"], 0, decoder["head_size"]), self.type)
        self.reset()

    def reset(self):
        self.past = [self.empty] * (2 * self.layers)
        self.count = 0

    def run(self, ids):
        """The logits of some more tokens: (ids, vocabulary)"""
        total = self.count + len(ids)
        inputs = {
            "input_ids": np.array([ids], dtype=np.int64),
            "attention_mask": np.ones((1, total), dtype=np.int64),
        }
        if "position_ids" in self.names:
            inputs["position_ids"] = np.arange(self.count, total, dtype=np.int64)[None]
        kinds = [(layer, kind) for layer in range(self.layers) for kind in ("key", "value")]
        for (layer, kind), values in zip(kinds, self.past):
            inputs[f"past_key_values.{layer}.{kind}"] = values
        outputs = ["logits"] + [f"present.{layer}.{kind}" for layer, kind in kinds]
        logits, *self.past = self.session.run(outputs, inputs)
        self.count = total
        return logits[0].astype(np.float32)


def main():
    steps = "--steps" in sys.argv
    folder, *ids = [argument for argument in sys.argv[1:] if argument != "--steps"]
    ids = [int(token) for token in ids]
    model = Model(folder)
    for part in [[token] for token in ids] if steps else [ids]:
        sys.stdout.buffer.write(model.run(part).astype("<f4").tobytes())


if __name__ == "__main__":
    main()
