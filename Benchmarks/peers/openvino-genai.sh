#!/bin/sh
# OpenVINO GenAI on the CPU, from pip.
#
#   openvino-genai.sh setup                   the engine
#   openvino-genai.sh export HF_FOLDER OUT    a model for it: INT4, symmetric, in groups of 128
#   openvino-genai.sh -m OUT -t 2 -p 512 …    measures, with llama-bench's -m -t -p -n -d -r
set -eu
. "$(dirname "$0")/common.sh"

engine='openvino-genai==2026.4.1.0'

case ${1:-} in
setup) python_environment openvino-genai "$engine" numpy ;;
export)
    tools=$(python_environment openvino-genai-export 'optimum-intel[openvino]' nncf)
    "$tools/bin/optimum-cli" export openvino --model "$2" --task text-generation-with-past \
        --weight-format int4 --group-size 128 --ratio 1.0 --sym "$3"
    ;;
*)
    python=$peers/openvino-genai/bin/python
    [ -x "$python" ] || fail "$python is not there: run $0 setup" 69
    exec "$python" "$here/openvino_genai_bench.py" "$@"
    ;;
esac
