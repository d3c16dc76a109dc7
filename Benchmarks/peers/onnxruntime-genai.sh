#!/bin/sh
# ONNX Runtime GenAI on the CPU, from pip.
#
#   onnxruntime-genai.sh setup                   the engine
#   onnxruntime-genai.sh export HF_FOLDER OUT    a model for it: INT4 in groups of 32, activations in INT8
#   onnxruntime-genai.sh -m OUT -t 2 -p 512 …    measures, with llama-bench's -m -t -p -n -d -r
set -eu
. "$(dirname "$0")/common.sh"

engine='onnxruntime-genai==0.18.0'
builder='torch transformers onnx onnx_ir'

case ${1:-} in
setup) python_environment onnxruntime-genai "$engine" numpy ;;
export)
    # shellcheck disable=SC2086
    tools=$(python_environment onnxruntime-genai-export "$engine" $builder)
    # accuracy level 4: activations in INT8, as every engine here has them.
    "$tools/bin/python" -m onnxruntime_genai.models.builder -i "$2" -o "$3" -p int4 -e cpu -c "$3.cache" \
        --extra_options int4_accuracy_level=4 int4_block_size=32
    ;;
*)
    python=$peers/onnxruntime-genai/bin/python
    [ -x "$python" ] || fail "$python is not there: run $0 setup" 69
    exec "$python" "$here/onnxruntime_genai_bench.py" "$@"
    ;;
esac
