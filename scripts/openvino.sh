#!/bin/sh
# Brings OpenVINO's libraries (Apache-2.0) into .openvino, for the tests of the bridge; somebody's own are as good.
[ -z "${SWIFTLET_OPENVINO:-}" ] || exit 0
exec "$(dirname "$0")/python-library.sh" 'openvino==2026.4.1' .openvino openvino/libs/ openvino_c OpenVINO '59 MB'
