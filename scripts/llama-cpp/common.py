"""Shared by the scripts here: where things stand, and how commands are run."""
import argparse
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*command):
    """What a command says on both streams; its failure ends the script."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout + done.stderr


def parser(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="where llama.cpp was built")
    parser.add_argument("--swiftlet", default=str(ROOT / ".build/release/swiftlet"))
    parser.add_argument("--threads", default="2")
    return parser
