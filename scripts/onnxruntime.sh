#!/bin/sh
# Brings ONNX Runtime's library (MIT) into .onnxruntime, for the tests of the bridge; somebody's own is as good.
[ -z "${SWIFTLET_ONNXRUNTIME:-}" ] || exit 0
exec "$(dirname "$0")/python-library.sh" 'onnxruntime==1.32.0' .onnxruntime onnxruntime/capi/libonnxruntime onnxruntime ONNXRuntime '18 MB'
