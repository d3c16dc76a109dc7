#!/usr/bin/env python3
"""Runs Swiftlet against the other engines, each pair in alternation, and prints the README's table.

    compare.py MODEL.gguf [--onnx FOLDER] [--openvino FOLDER] [-t 2] [-r 3] [--isa native|avx2]

Engines that are set up take part (llama-cpp.sh setup, …; IK_LLAMA_BENCH for ik_llama.cpp). `--engine NAME=COMMAND`
names one more, or one of these built elsewhere; it gets llama-bench's -p -n -d -r. See README.md.
"""

import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# What the README's table shows: two calls, for a prompt at a depth would take minutes and is not in it.
TESTS = ["-p 512 -n 128 -d 0", "-p 0 -n 64 -d 2048"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--onnx", help="the folder that onnxruntime-genai.sh export made")
    parser.add_argument("--openvino", help="the folder that openvino-genai.sh export made")
    parser.add_argument("--engine", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--only", action="append", metavar="NAME", help="these engines alone")
    parser.add_argument("--isa", choices=["native", "avx2"], default="native", help="avx2: neither side has AVX-512")
    parser.add_argument("--swiftlet", default=str(HERE.parents[1] / ".build/release/swiftlet"))
    parser.add_argument("--options", default="", help="more options for swiftlet bench, such as '--kv-type q8'")
    parser.add_argument("--tests", action="append", help=f"instead of {TESTS}")
    parser.add_argument("-t", "--threads", type=int, default=2)
    parser.add_argument("-r", "--repetitions", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path, help="append what was measured to this file, a line a test")
    return parser.parse_args()


def engines(options):
    """Names and commands, without the tests."""
    peers = pathlib.Path(os.environ.get("SWIFTLET_PEERS", HERE / ".build"))
    common = f"-t {options.threads}"
    found = {}

    def script(name, file, model, extra=""):
        found[name] = f"{shlex.quote(str(HERE / file))} -m {shlex.quote(str(model))} {common}{extra}"

    if (peers / f"llama.cpp-{options.isa}/bin/llama-bench").exists():
        script("llama.cpp", "llama-cpp.sh", options.model, " -fa 1")
    if os.environ.get("IK_LLAMA_BENCH"):
        script("ik_llama.cpp", "ik-llama-cpp.sh", options.model)
    if options.onnx:
        script("ONNX Runtime GenAI", "onnxruntime-genai.sh", options.onnx)
    if options.openvino:
        script("OpenVINO GenAI", "openvino-genai.sh", options.openvino)
    found.update(engine.split("=", 1) for engine in options.engine)
    return {name: command for name, command in found.items() if not options.only or name in options.only}


def measure(options, command, tests):
    environment = dict(os.environ, PEER_ISA=options.isa)
    if options.isa != "native":
        environment["SWIFTLET_ISA"] = options.isa
    call = [options.swiftlet, "bench", options.model, "-t", str(options.threads), "-r", str(options.repetitions)]
    call += tests.split() + shlex.split(options.options) + ["-o", "json", "--against", f"{command} {tests} -r 1"]
    result = subprocess.run(call, env=environment, stdout=subprocess.PIPE, text=True)
    return json.loads(result.stdout) if result.returncode == 0 else []


def main():
    options = arguments()
    contestants = engines(options)
    if not contestants:
        sys.exit("compare.py: no engine is set up; see README.md")
    rows = {}
    for name, command in contestants.items():
        for tests in options.tests or TESTS:
            print(f"{name}: {tests}", file=sys.stderr, flush=True)
            for result in measure(options, command, tests):
                rows.setdefault(name, {})[result["test"]] = result
                if options.json:
                    with options.json.open("a") as file:
                        file.write(json.dumps({"peer": name, "isa": options.isa, **result}) + "\n")
    print(table(rows))


def table(rows):
    """One row for each engine: tokens per second, and how many times as fast Swiftlet is."""
    tests = list(dict.fromkeys(test for row in rows.values() for test in row))

    def line(cells):
        return "| " + " | ".join(cells) + " |"

    lines = [line(["tokens/s", *tests, "peak memory"]), line(["---", *["---:"] * (len(tests) + 1)])]
    everything = [result for row in rows.values() for result in row.values()]
    ours = [
        f"{statistics.median(row[test]['median_ts'] for row in rows.values() if test in row):.1f}" for test in tests
    ]
    lines.append(line(["Swiftlet", *ours, gigabytes(everything, "peak_memory_bytes")]))
    for name, row in rows.items():
        cells = [
            f"{row[test]['against_median_ts']:.1f} (× {row[test]['median_ratio']:.2f})" if test in row else ""
            for test in tests
        ]
        lines.append(line([name, *cells, gigabytes(row.values(), "against_peak_memory_bytes")]))
    return "\n".join(lines)


def gigabytes(results, member):
    most = max((result[member] for result in results), default=0)
    return f"{most / 1e9:.1f} GB" if most >= 1e9 else f"{most / 1e6:.0f} MB"


if __name__ == "__main__":
    main()
