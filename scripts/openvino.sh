#!/bin/sh
# Brings OpenVINO's libraries into .openvino, for the tests of the bridge. Does nothing when they are there.
#
# They come in a Python package (Apache-2.0, 59 MB); of it only the libraries are kept, and no Python runs them. Where that cannot
# be had, it says so and is no failure: the tests that need it are skipped and say so too.
set -eu

package='openvino==2026.4.1'
root=$(cd "$(dirname "$0")/.." && pwd)
folder="$root/.openvino"

skip() {
    printf 'scripts/openvino.sh: %s; tests of the OpenVINO bridge that need it will be skipped\n' "$1" >&2
    exit 0
}

# Somebody's own is as good.
[ -z "${SWIFTLET_OPENVINO:-}" ] || exit 0
[ "$(cat "$folder/package" 2>/dev/null || true)" != "$package" ] || exit 0

command -v python3 >/dev/null 2>&1 || skip 'there is no python3'
if python3 -m pip --version >/dev/null 2>&1; then
    pip() { python3 -m pip "$@"; }
elif command -v pip3 >/dev/null 2>&1; then
    pip() { pip3 "$@"; }
else
    skip 'there is no pip'
fi

# Beside the target, so that the last step is a rename within one file system.
work=$(mktemp -d "$root/.openvino.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf 'Bringing the Python package %s (59 MB)\n' "$package" >&2
pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" "$package" >&2 ||
    skip "pip could not download $package for this system"

python3 - "$work" <<'PYTHON' || skip "$package does not hold the libraries"
import pathlib, sys, zipfile

work = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(next(work.glob("*.whl"))) as archive:
    members = [name for name in archive.namelist() if name.startswith("openvino/libs/")]
    if not any("openvino_c" in name for name in members):
        sys.exit(1)
    archive.extractall(work / "made", members)
PYTHON

printf '%s\n' "$package" >"$work/made/package"
rm -rf "$folder"
mv "$work/made" "$folder"
