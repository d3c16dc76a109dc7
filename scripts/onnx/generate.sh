#!/bin/sh
# Makes Sources/ONNXFormat/onnx.pb.swift of the schema beside it, with the plugin of the version of swift-protobuf that the package
# pins. Needs protoc (Debian: protobuf-compiler).
set -eu

cd "$(dirname "$0")/../.."
swift build -c release --product protoc-gen-swift >&2
protoc --plugin="$(swift build -c release --show-bin-path)/protoc-gen-swift" \
    --proto_path=Sources/ONNXFormat --swift_out=Sources/ONNXFormat \
    --swift_opt=Visibility=Package,UseAccessLevelOnImports=true onnx.proto
