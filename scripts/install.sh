#!/bin/sh
# Installs what the system lacks: OpenBLAS, and pip for bringing the default model. Does nothing when all is there.
set -eu

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

command -v swift >/dev/null 2>&1 || fail 'Swiftlet needs Swift 6.2 or later: https://www.swift.org/install'

missing=''
command -v pkg-config >/dev/null 2>&1 || missing="$missing pkg-config"
pkg-config --exists openblas 2>/dev/null || missing="$missing libopenblas-dev"
python3 -m pip --version >/dev/null 2>&1 || command -v pip3 >/dev/null 2>&1 || missing="$missing python3-pip"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    fail "Missing:$missing (by their Debian names)." \
        'This system has no apt-get: install OpenBLAS with its pkg-config file, and Python 3 with pip, in its own way.' \
        'macOS: brew install openblas pkg-config python'
fi

if [ "$(id -u)" = 0 ]; then
    as_root=''
elif command -v sudo >/dev/null 2>&1; then
    as_root='sudo'
else
    fail "Missing:$missing. Ask whoever is root here to run: apt-get install$missing"
fi

printf 'Installing%s\n' "$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# The lists of a fresh machine are empty or old; an update that fails need not stop an install that works.
$as_root apt-get update -qq >&2 || true
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >&2 ||
    fail "apt-get could not install$missing"
