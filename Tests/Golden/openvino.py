"""Exports tiny models of this folder for OpenVINO with optimum-cli, as small as can be.

Needs optimum-intel[openvino] 2.2.0, nncf 3.4.0, openvino 2026.4.1, transformers 5.5.4, torch 2.13.0:

    python -m pip install 'optimum-intel[openvino]' torch
    python openvino.py

OpenVINO writes shapes beside every port, long names and how the model was made; it reads the model without them, and a
third of the text is left. The tokenizer is the source's own: optimum-cli writes it anew in another form.
"""

import pathlib
import re
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
MODELS = {"phi3-longrope-f16": "fp16", "llama-gqa-tied-bf16": "fp16"}


def shrink(text: str) -> str:
    text = re.sub(r">\s+<", "><", text)
    text = re.sub(r"<rt_info>.*?</rt_info>|<rt_info ?/>", "", text, flags=re.S)
    text = re.sub(r"<dim>-?\d+</dim>", "", text)
    text = re.sub(r"></port>", "/>", text)

    def name(match: re.Match) -> str:
        kept = match[2] if match[3] in ("Parameter", "Result") else f"n{match[1]}"
        return f'<layer id="{match[1]}" name="{kept}" type="{match[3]}"'

    text = re.sub(r'<layer id="(\d+)" name="([^"]*)" type="(\w+)"', name, text)
    # Only inputs and outputs of the model are asked for by these.
    text = re.sub(r'( precision="\w+") names="(?!input_ids|attention_mask|position_ids|beam_idx|logits)[^"]*"', r"\1", text)
    return re.sub(r"><(layer|edge|/layers|edges|/edges|/net)\b", r">\n<\1", text) + "\n"


def main() -> None:
    for model, weights in MODELS.items():
        target = HERE / "openvino" / model
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                ["optimum-cli", "export", "openvino", "--model", str(HERE / model), "--task",
                 "text-generation-with-past", "--weight-format", weights, folder], check=True)
            made = pathlib.Path(folder)
            text = (made / "openvino_model.xml").read_text()
            (target / "openvino_model.xml").write_text(shrink(text))
            for name in ("openvino_model.bin", "config.json", "generation_config.json"):
                shutil.copyfile(made / name, target / name)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(HERE / model / name, target / name)


main()
