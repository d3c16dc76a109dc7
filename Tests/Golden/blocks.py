#!/usr/bin/env python3
"""Makes blocks.safetensors: what gguf-py's quantize() writes for rows that try its rules at their edges.

    pip install gguf==0.19.0 safetensors==0.8.0
    python3 blocks.py
"""

import pathlib

import gguf
import numpy as np
from safetensors.numpy import save_file

COLUMNS = 64
TYPES = ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"]


def rows():
    random = np.random.default_rng(21)
    normal = random.standard_normal((12, COLUMNS)) * 0.02
    outliers = random.standard_normal((6, COLUMNS)) * np.where(random.random(COLUMNS) < 0.05, 12, 1)
    positive = np.abs(random.standard_normal((3, COLUMNS))) + 1
    ties = random.integers(-8, 9, (6, COLUMNS)) / 2  # both ends as far from 0, and halves between integers
    eighths = random.integers(-127, 128, (2, COLUMNS)) * 0.5
    sizes = random.standard_normal((5, COLUMNS)) * np.array([[3e4], [1e-3], [1e-6], [1e-8], [1e-30]])
    constant = np.repeat([[0.0], [0.7], [-0.7]], COLUMNS, axis=1)
    return np.concatenate([normal, outliers, positive, ties, eighths, sizes, constant]).astype(np.float32)


x = rows()
tensors = {"x": x}
with np.errstate(over="ignore", invalid="ignore"):
    for name in TYPES:
        blocks = gguf.quantize(x, gguf.GGMLQuantizationType[name])
        tensors[name] = np.ascontiguousarray(blocks).view(np.uint8).reshape(len(x), -1)
save_file(tensors, pathlib.Path(__file__).parent / "blocks.safetensors")
