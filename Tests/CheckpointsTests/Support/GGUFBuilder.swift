/// Writes GGUF files by hand, so that any of their bytes can be made wrong.
struct GGUFBuilder {
    /// A metadata value with the number of its type and its bytes.
    struct Value {
        let type: UInt32
        let bytes: [UInt8]

        static func uint8(_ value: UInt8) -> Value { Value(type: 0, bytes: [value]) }
        static func int8(_ value: Int8) -> Value { Value(type: 1, bytes: littleEndian(value)) }
        static func uint16(_ value: UInt16) -> Value { Value(type: 2, bytes: littleEndian(value)) }
        static func int16(_ value: Int16) -> Value { Value(type: 3, bytes: littleEndian(value)) }
        static func uint32(_ value: UInt32) -> Value { Value(type: 4, bytes: littleEndian(value)) }
        static func int32(_ value: Int32) -> Value { Value(type: 5, bytes: littleEndian(value)) }
        static func float32(_ value: Float) -> Value { Value(type: 6, bytes: littleEndian(value.bitPattern)) }
        static func bool(_ value: UInt8) -> Value { Value(type: 7, bytes: [value]) }
        static func string(_ text: String) -> Value { Value(type: 8, bytes: lengthPrefixed(Array(text.utf8))) }
        static func uint64(_ value: UInt64) -> Value { Value(type: 10, bytes: littleEndian(value)) }
        static func int64(_ value: Int64) -> Value { Value(type: 11, bytes: littleEndian(value)) }
        static func float64(_ value: Double) -> Value { Value(type: 12, bytes: littleEndian(value.bitPattern)) }

        static func array(_ elementType: UInt32, count: UInt64, _ bytes: [UInt8]) -> Value {
            Value(type: 9, bytes: littleEndian(elementType) + littleEndian(count) + bytes)
        }

        static func strings(_ texts: [String]) -> Value {
            array(8, count: UInt64(texts.count), texts.flatMap { lengthPrefixed(Array($0.utf8)) })
        }

        static func floats(_ values: [Float]) -> Value {
            array(6, count: UInt64(values.count), values.flatMap { littleEndian($0.bitPattern) })
        }

        static func integers(_ values: [Int32]) -> Value {
            array(5, count: UInt64(values.count), values.flatMap { littleEndian($0) })
        }
    }

    struct Tensor {
        var name: String
        /// Innermost first, as in the file.
        var extents: [UInt64]
        var type: UInt32 = 0
        var data: [UInt8]
        /// In place of where the data really stands.
        var offset: UInt64?
        var rank: UInt32?
    }

    var magic: [UInt8] = Array("GGUF".utf8)
    var version: UInt32 = 3
    var alignment = 32
    var metadata: [(key: String, value: Value)] = []
    var tensors: [Tensor] = []
    /// In place of the true counts.
    var tensorCount: UInt64?
    var metadataCount: UInt64?

    func bytes() -> [UInt8] {
        var header = magic + littleEndian(version)
        header += littleEndian(tensorCount ?? UInt64(tensors.count))
        header += littleEndian(metadataCount ?? UInt64(metadata.count))
        for (key, value) in metadata {
            header += lengthPrefixed(Array(key.utf8)) + littleEndian(value.type) + value.bytes
        }
        var data: [UInt8] = []
        for tensor in tensors {
            header += lengthPrefixed(Array(tensor.name.utf8))
            header += littleEndian(tensor.rank ?? UInt32(tensor.extents.count))
            for extent in tensor.extents { header += littleEndian(extent) }
            header += littleEndian(tensor.type) + littleEndian(tensor.offset ?? UInt64(data.count))
            data += tensor.data
            pad(&data)
        }
        if !tensors.isEmpty { pad(&header) }
        return header + data
    }

    private func pad(_ bytes: inout [UInt8]) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }
}

extension GGUFBuilder {
    /// A small file with a value of every type and tensors of three.
    static var sample: GGUFBuilder {
        var builder = GGUFBuilder()
        builder.metadata = [
            ("general.architecture", .string("llama")), ("general.alignment", .uint32(32)),
            ("u8", .uint8(200)), ("i8", .int8(-100)), ("u16", .uint16(60_000)), ("i16", .int16(-30_000)),
            ("u32", .uint32(4_000_000_000)), ("i32", .int32(-2_000_000_000)), ("u64", .uint64(.max)),
            ("i64", .int64(.min)), ("f32", .float32(1.5)), ("f64", .float64(-2.25)), ("yes", .bool(1)),
            ("odd", .bool(2)), ("text", .string("grüße")), ("words", .strings(["a", "", "日本", "d"])),
            ("floats", .floats([0.5, -1, 3])), ("integers", .integers([1, -2, 3])), ("empty", .strings([])),
        ]
        builder.tensors = [
            Tensor(name: "norm", extents: [4], data: [1, 2, 3, 4].flatMap { littleEndian(Float($0).bitPattern) }),
            Tensor(name: "half", extents: [2, 3], type: 1, data: [UInt8](repeating: 0x3C, count: 12)),
            Tensor(name: "blocks", extents: [64, 2], type: 8, data: [UInt8](repeating: 7, count: 4 * 34)),
        ]
        return builder
    }
}

func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
}

func lengthPrefixed(_ bytes: [UInt8]) -> [UInt8] { littleEndian(UInt64(bytes.count)) + bytes }

/// A safetensors file: a header in JSON and the data behind it.
func safetensors(_ header: String, data: Int) -> [UInt8] {
    lengthPrefixed(Array(header.utf8)) + [UInt8](repeating: 0x3F, count: data)
}
