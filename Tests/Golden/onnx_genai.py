"""Exports tiny models of this folder for ONNX Runtime with ONNX Runtime GenAI's own builder, all of it as the builder writes it.

Needs onnxruntime-genai 0.18.0, onnxruntime 1.32.0, onnx 1.23.2, onnx-ir 1.1.0, transformers 5.23.0, torch 2.13.0:

    python -m pip install onnxruntime-genai onnxruntime onnx onnx-ir transformers torch
    python onnx_genai.py

ONNX Runtime's attention wants heads of a multiple of 16 elements, which not all models of this folder have.
"""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MODELS = {
    "phi3-longrope-f16": ("phi3-longrope-f16", "fp32", "cpu"),
    "phi3-base-f32.dml": ("phi3-base-f32", "fp16", "dml"),
}


def main() -> None:
    for name, (model, precision, provider) in MODELS.items():
        with tempfile.TemporaryDirectory() as cache:
            subprocess.run(
                [sys.executable, "-m", "onnxruntime_genai.models.builder", "-m", model, "-i", str(HERE / model),
                 "-o", str(HERE / "onnx" / name), "-p", precision, "-e", provider, "-c", cache], check=True, cwd=cache)


main()
