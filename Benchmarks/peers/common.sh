# Shared by the engines' scripts: where they live, and how they complain. Sourced, not run.

here=$(cd "$(dirname "$0")" && pwd)
# Engines, their sources and builds: gigabytes, none of them committed.
peers=${SWIFTLET_PEERS:-$here/.build}
# native: for this machine's processor; avx2: as on one without AVX-512, for a like comparison with SWIFTLET_ISA=avx2.
isa=${PEER_ISA:-native}

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit "${2:-1}"
}

# python_environment NAME PACKAGE…: a virtual environment with these packages; prints its folder.
python_environment() {
    folder=$peers/$1
    shift
    [ -x "$folder/bin/python" ] || python3 -m venv "$folder" >&2 || fail 'needs python3 with venv'
    "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" >&2 || fail "pip could not install $*"
    printf '%s\n' "$folder"
}

case $isa in native | avx2) ;; *) fail "PEER_ISA is $isa, expected native or avx2" 64 ;; esac
