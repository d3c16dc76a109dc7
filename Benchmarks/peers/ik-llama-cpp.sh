#!/bin/sh
# ik_llama.cpp: a llama-bench of it that you have built, named by IK_LLAMA_BENCH, with its weights repacked at load
# and flash attention on: its fastest settings.
#
#   IK_LLAMA_BENCH=…/bin/llama-bench ik-llama-cpp.sh -m FILE.gguf -t 2 -p 512 -n 128 -r 1
#
# Its llama-bench has no -d: generating at a depth is its -gp, and a prompt at a depth it does not measure.
set -eu
. "$(dirname "$0")/common.sh"

program=${IK_LLAMA_BENCH:?names the llama-bench of an ik_llama.cpp that you have built}
[ -x "$program" ] || fail "$program is not there" 69

generated=128 depth=0
for argument in "$@"; do
    shift
    case ${option:-} in
    -n) generated=$argument ;;
    -d) depth=$argument ;;
    esac
    case $argument in
    -n | -d) ;;
    *) case ${option:-} in -n | -d) ;; *) set -- "$@" "$argument" ;; esac ;;
    esac
    option=$argument
done
if [ "$depth" = 0 ]; then
    exec "$program" "$@" -n "$generated" -rtr 1 -fa 1 -o json
else
    exec "$program" "$@" -p 0 -n 0 -gp "$depth,$generated" -rtr 1 -fa 1 -o json
fi
