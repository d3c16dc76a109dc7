#!/usr/bin/env python3
"""`swiftlet quantize` and llama.cpp's llama-quantize over the same file, in alternation.

    scripts/llama-cpp/race.py SOURCE.gguf --build LLAMA.CPP/build [--type q4_0] [--turns 3] [--threads 2] [--folder FOLDER]

A first turn is not counted: after it both find the source in the page cache, as far as it fits. Prints seconds, the processor's
seconds, and the peak of memory that is the process' own (anonymous: without pages of mapped files) of each run, then the median of
the ratios of a turn. Outputs go to the folder, that of the source where none is given, and are removed.
"""
import os
import re
import statistics
import subprocess
import time
from pathlib import Path

from common import parser


def run(name, command, output):
    before, start = os.times(), time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    own = 0
    while process.poll() is None:
        try:
            found = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
            own = max(own, int(found[1]) if found else 0)
        except OSError:
            pass
        time.sleep(0.02)
    seconds, after = time.monotonic() - start, os.times()
    if process.returncode != 0:
        raise SystemExit(f"{name}: {process.returncode}")
    work = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{name:15} {seconds:6.1f} s  {work:6.1f} s of work  {own >> 10:4} MiB  {output.stat().st_size:,} bytes", flush=True)
    output.unlink()
    # What is still to be written must not burden the next.
    os.sync()
    return seconds


def main():
    options = parser(__doc__)
    options.add_argument("source", type=Path)
    options.add_argument("--type", default="q4_0")
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--folder", type=Path)
    arguments = options.parse_args()
    output = (arguments.folder or arguments.source.parent) / f"race-{os.getpid()}.gguf"
    ours = [arguments.swiftlet, "quantize", arguments.source, "-o", output, "--type", arguments.type,
            "-t", arguments.threads]
    theirs = [arguments.build / "bin/llama-quantize", arguments.source, output, arguments.type, arguments.threads]
    ratios = []
    for turn in range(arguments.turns + 1):
        runs = [("swiftlet", ours), ("llama-quantize", theirs)]
        seconds = {name: run(name, command, output) for name, command in (runs if turn % 2 == 0 else runs[::-1])}
        if turn == 0:
            print("(not counted)")
        else:
            ratios.append(seconds["llama-quantize"] / seconds["swiftlet"])
    print(f"llama-quantize through swiftlet: {', '.join(f'{ratio:.2f}' for ratio in ratios)}; "
          f"median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
