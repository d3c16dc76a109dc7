#!/usr/bin/env python3
"""What is left of a `swiftlet quantize` that is stopped, has no room, or is given a broken file: a whole file or none.

    scripts/quantize-trials.py [--swiftlet FILE] [--source FILE.gguf] [--corpus FOLDER] [--moments 20] [--seed 1]

Each trial looks at the exit status, the folder of the output, the bytes of the source and the clock, and prints a line
where one of them is not as it should be. Ends with 0 if all are.

    kills    SIGKILL, SIGINT and SIGTERM at so many random moments each, with and without an old file in the place
    room     a limit on the size of files at every tenth of the output; a small tmpfs, where namespaces are to be had
    broken   each file of a corpus (a folder with manifest.json), put where a model has a file of its kind
"""
import argparse
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Seconds after which a trial hangs, and bytes of address space that no broken file may ask for.
PATIENCE = 30
ADDRESS_SPACE = 4 << 30
USAGE, BAD_DATA, MISSING = 64, 65, 66


class Trials:
    def __init__(self, swiftlet, folder, seed):
        self.swiftlet, self.folder, self.random = swiftlet, folder, random.Random(seed)
        self.count = self.failures = 0

    def start(self, source, output, options, limits=None):
        return subprocess.Popen(
            [self.swiftlet, "quantize", str(source), "-o", str(output), *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, preexec_fn=limits)

    def finish(self, process):
        """The status and what was said; None for a process that hangs."""
        try:
            errors = process.communicate(timeout=PATIENCE)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None, "hangs"
        return process.returncode, errors.decode(errors="replace").strip()

    def expect(self, isAsItShouldBe, what):
        self.count += 1
        if not isAsItShouldBe:
            self.failures += 1
            print(f"FAILED  {what}", flush=True)


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def kills(trials, source, moments):
    own = digest(source)
    folder = trials.folder / "kills"
    folder.mkdir()
    output, options = folder / "out.gguf", ["--type", "q4_k", "-t", "1"]
    start = time.monotonic()
    status, errors = trials.finish(trials.start(source, output, options))
    seconds = time.monotonic() - start
    trials.expect(status == 0, f"undisturbed: {status} {errors}")
    whole = digest(output)
    statuses = {signal.SIGKILL: {-9}, signal.SIGINT: {130}, signal.SIGTERM: {143}}
    ends = {}
    for number, expected in statuses.items():
        for moment in range(moments):
            output.unlink(missing_ok=True)
            if moment % 2:
                output.write_bytes(b"old")
            wait = trials.random.uniform(0, 1.05 * seconds)
            process = trials.start(source, output, options)
            time.sleep(wait)
            process.send_signal(number)
            status, errors = trials.finish(process)
            what = f"{number.name} after {wait:.3f} s: {status}, {sorted(os.listdir(folder))} {errors}"
            names = os.listdir(folder)
            if status == 0 or (names == ["out.gguf"] and output.read_bytes() != b"old"):
                # Done before the signal, or past the point of no return.
                trials.expect(names == ["out.gguf"] and digest(output) == whole, what)
                ends["whole"] = ends.get("whole", 0) + 1
            else:
                # A signal before the program listens ends it as the system does.
                isExpected = status in expected or status == -number
                isClean = names == (["out.gguf"] if moment % 2 else [])
                trials.expect(isExpected and isClean, what)
                ends[number.name] = ends.get(number.name, 0) + 1
    trials.expect(digest(source) == own, "the source was changed")
    print(f"kills   {moments} moments for each of three signals in a work of {seconds:.2f} s: {ends}")


def room(trials, source):
    own = digest(source)
    folder = trials.folder / "room"
    folder.mkdir()
    output, options = folder / "out.gguf", ["--type", "q8_0"]
    trials.finish(trials.start(source, output, options))
    size = output.stat().st_size
    for tenth in range(10):
        output.write_bytes(b"old")

        def limits():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size * tenth // 10, size * tenth // 10))

        status, errors = trials.finish(trials.start(source, output, options, limits))
        isLeft = os.listdir(folder) == ["out.gguf"] and output.read_bytes() == b"old"
        trials.expect(
            status == 1 and isLeft and "out.gguf" in errors, f"room for {tenth} tenths: {status} {errors}")
    script = f"""mount -t tmpfs -o size={max(size // 2, 4096)} none '{folder}' || exit 99
        '{trials.swiftlet}' quantize '{source}' -o '{output}' --type q8_0 && exit 98
        status=$?; ls -A '{folder}' | grep -q . && exit 97; exit $status"""
    made = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True)
    isSkipped = made.returncode == 99 or "unshare" in made.stderr
    if not isSkipped:
        trials.expect(made.returncode == 1, f"tmpfs: {made.returncode} {made.stderr.strip()}")
    status, errors = trials.finish(trials.start(source, "/dev/full", options))
    trials.expect(status not in (0, None) and status > 0, f"/dev/full: {status} {errors}")
    trials.expect(digest(source) == own, "the source was changed")
    print(f"room    ten limits, {'no tmpfs here' if isSkipped else 'a tmpfs'}, /dev/full")


def place(case, kind, corpus, folder):
    """A model with the case in it: a file, or a folder with it in place of its own."""
    if kind == "gguf":
        return case
    models = corpus.parent / "models"
    base = models / ("phi3-base-bf16-sharded" if kind == "index" else "phi3-base-f32")
    names = {
        "config": "config.json", "index": "model.safetensors.index.json", "safetensors": "model.safetensors",
        "tokenizer": "tokenizer.json", "spm": "tokenizer.model", "chat_template": "chat_template.jinja"}
    model = folder / "model"
    shutil.rmtree(model, ignore_errors=True)
    model.mkdir()
    for file in base.iterdir():
        if not file.name.startswith("golden"):
            shutil.copy(file, model)
    target = model / names[kind]
    text = case.read_bytes()
    if kind in ("config", "index") and b'"__patch__"' in text:
        own = json.loads((base / names[kind]).read_text())
        own.update(json.loads(text)["__patch__"])
        text = json.dumps(own).encode()
    target.write_bytes(text)
    if kind == "spm":
        (model / "tokenizer.json").unlink()
    return model


def broken(trials, corpus):
    folder = trials.folder / "broken"
    folder.mkdir()
    (folder / "out").mkdir()
    output = folder / "out" / "out.gguf"
    slowest, refused, taken = 0, 0, 0

    def limits():
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

    for case in json.loads((corpus / "manifest.json").read_text())["cases"]:
        source = corpus / case["file"]
        kind = case["file"].split("/")[0]
        own = digest(source)
        model = place(source, kind, corpus, folder)
        start = time.monotonic()
        status, errors = trials.finish(
            trials.start(model, output, ["--allow-requantize", "--type", "q4_0", "-t", "1"], limits))
        slowest = max(slowest, time.monotonic() - start)
        what = f"{case['file']} ({case['description']}, {case['outcome']}): {status} {errors}"
        names = os.listdir(folder / "out")
        # The whole models among the controls can be written; the parts that stand in a model's place do not fit it. A
        # template is copied, not run.
        mayRefuse = case["outcome"] != "ok" or kind != "gguf"
        mayTake = case["outcome"] != "error" or kind == "chat_template"
        if status == 0:
            taken += 1
            trials.expect(mayTake and names == ["out.gguf"], what)
            output.unlink(missing_ok=True)
        else:
            refused += 1
            isTyped = status in (BAD_DATA, MISSING) and errors.startswith("swiftlet: ")
            trials.expect(mayRefuse and isTyped and names == [], what)
        trials.expect(digest(source) == own, f"{case['file']} was changed")
    print(f"broken  {refused} refused, {taken} written, the slowest after {slowest:.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--swiftlet", default=str(ROOT / ".build/release/swiftlet"))
    parser.add_argument("--source", help="a GGUF to quantise; SmolLM2's shape with 8 layers where none is given")
    golden = os.environ.get("SWIFTLET_GOLDEN", str(ROOT.parent / "shared/golden/open"))
    parser.add_argument("--corpus", default=str(Path(golden) / "fuzz"), help="the one of $SWIFTLET_GOLDEN, else beside the checkout")
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quantize-trials-") as folder:
        trials = Trials(arguments.swiftlet, Path(folder), arguments.seed)
        source = arguments.source
        if source is None:
            source = Path(folder) / "source.gguf"
            subprocess.run(
                [arguments.swiftlet, "synth", "--like", "smollm2-135m", "--layers", "8", "--dtype", "f16", "-o", source],
                check=True, capture_output=True)
        kills(trials, source, arguments.moments)
        room(trials, source)
        if (Path(arguments.corpus) / "manifest.json").exists():
            broken(trials, Path(arguments.corpus))
        else:
            print(f"broken  left out: no {arguments.corpus}/manifest.json")
    print(f"{trials.count} expectations, {trials.failures} failed")
    raise SystemExit(1 if trials.failures else 0)


if __name__ == "__main__":
    main()
