import Checkpoints
import Tensors
import Testing
import UntrustedInput

@Suite struct SafetensorsTests {
    private static let good = """
        {"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2,1],"data_offsets":[8,12]},\
        "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"c":{"dtype":"BF16","shape":[],"data_offsets":[12,14]}}
        """

    @Test("a file opens by itself, its tensors in the order of the data")
    func opens() throws {
        let checkpoint = try open(safetensors(Self.good + "  ", data: 14), as: "x.safetensors")
        #expect(checkpoint.format == .huggingFace)
        #expect(checkpoint.name == "x")
        #expect(checkpoint.tensors.map(\.name) == ["a", "b", "c"])
        #expect(checkpoint.tensors.map(\.type) == [.f32, .f16, .bf16])
        #expect(checkpoint.tensors.map(\.shape.extents) == [[2], [2, 1], []])
        #expect(
            checkpoint.tensor(named: "a")?.denseValues == [Float](repeating: Float(bitPattern: 0x3F3F_3F3F), count: 2))
        #expect(checkpoint.metadata.keys.isEmpty)
    }

    @Test("no tensors, and tensors with no elements, are valid")
    func empty() throws {
        #expect(try open(safetensors("{}", data: 0), as: "x.safetensors").tensors.isEmpty)
        let header = #"{"z":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}}"#
        #expect(try open(safetensors(header, data: 0), as: "x.safetensors").tensors.first?.byteRange.isEmpty == true)
    }

    @Test("other element types are proven, left out and refused when they are wanted")
    func otherTypes() throws {
        let header =
            #"{"i":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},"f":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}}"#
        let checkpoint = try open(safetensors(header, data: 20), as: "x.safetensors")
        #expect(checkpoint.tensors.map(\.name) == ["f"])
        #expect(
            throws: InputError.unsupported(
                file: checkpoint.path, field: "i", found: "element type I64", supported: ["F32", "F16", "BF16"])
        ) { try checkpoint.require("i", shape: [2]) }
        #expect(
            refusal(safetensors(header.replacing("[2]", with: "[3]"), data: 20), as: "x.safetensors")?.field
                == "i: data_offsets")
    }

    /// A tensor `w` of 16 bytes, with some of its members replaced.
    private static func entry(dtype: String = "\"F32\"", shape: String = "[2,2]", offsets: String = "[0,16]") -> String
    {
        "{\"w\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
    }

    @Test(
        "each corruption is refused by the name of its field",
        arguments: [
            ("[]", "header"), ("", "header"), (" {}", "header"), ("\u{FEFF}{}", "header"), ("{", "byte"),
            ("{}x", "byte"),
            (entry(dtype: "\"F7\""), "w: dtype"), (entry(dtype: "7"), "w: dtype"), (entry(dtype: "null"), "w: dtype"),
            (entry(shape: "[4611686018427387904,4]"), "w: shape"), (entry(shape: "[2305843009213693952]"), "w: shape"),
            (entry(shape: "[-1]"), "w: shape"), (entry(shape: "[1.5]"), "w: shape"), (entry(shape: "4"), "w: shape"),
            (entry(shape: "[1,1,1,2,2]"), "w: shape"), (entry(shape: "[1000000000000]"), "w: data_offsets"),
            (entry(shape: "[2]"), "w: data_offsets"), (entry(offsets: "null"), "w: data_offsets"),
            (entry(offsets: "[0]"), "w: data_offsets"), (entry(offsets: "[16,0]"), "w: data_offsets"),
            (entry(offsets: "[0,9223372036854775808]"), "w: data_offsets"),
            (entry(offsets: "[4,20]"), "w: data_offsets"),
            (entry(shape: "[2,4]", offsets: "[0,32]"), "w: data"), (entry(shape: "[2]", offsets: "[0,8]"), "data"),
            ("{\"w\":3}", "w"), ("{\"w\":{\"dtype\":\"F32\"}}", "w: shape"),
            ("{\"__metadata__\":{\"a\":1}}", "__metadata__.a"), ("{\"__metadata__\":1}", "__metadata__"),
        ])
    func refuses(_ header: String, _ field: String) throws {
        let error = try #require(refusal(safetensors(header, data: 16), as: "bad.safetensors"), "\(header)")
        #expect(error.file.hasSuffix("bad.safetensors"))
        #expect(error.field?.hasPrefix(field) == true, "\(error)")
    }

    @Test("holes and overlaps are refused")
    func coverage() throws {
        func pair(_ first: String, _ second: String) -> String? {
            let header = """
                {"a":{"dtype":"F32","shape":[1],"data_offsets":\(first)},"b":{"dtype":"F32","shape":[1],"data_offsets":\(second)}}
                """
            return refusal(safetensors(header, data: 8), as: "x.safetensors")?.field
        }
        #expect(pair("[0,4]", "[4,8]") == nil)
        #expect(pair("[4,8]", "[0,4]") == nil)
        #expect(pair("[0,4]", "[0,4]") == "b: data_offsets")
        #expect(pair("[0,4]", "[2,6]") == "b: data_offsets")
        #expect(pair("[0,4]", "[8,12]") == "b: data_offsets")
    }

    @Test("header lengths past the file and past the limit are refused")
    func headerLength() throws {
        for length in [90, UInt64(Limits.headerBytes), UInt64(Limits.headerBytes) + 1, 1 << 63, .max] {
            let error = refusal(littleEndian(length) + Array("{}".utf8), as: "x.safetensors")
            #expect(error?.field?.hasPrefix("header") == true)
        }
        #expect(refusal([1, 2, 3], as: "x.safetensors")?.field == "header length")
    }
}
