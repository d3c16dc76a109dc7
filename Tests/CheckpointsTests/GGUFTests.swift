import Checkpoints
import Tensors
import Testing
import UntrustedInput

@Suite struct GGUFTests {
    @Test("both versions open; tensors keep names, types, shapes outermost first", arguments: [2, 3] as [UInt32])
    func opens(_ version: UInt32) throws {
        var builder = GGUFBuilder.sample
        builder.version = version
        let checkpoint = try open(builder.bytes(), as: "tiny.gguf")
        #expect(checkpoint.format == .gguf(version: Int(version)))
        #expect(checkpoint.name == "tiny")
        #expect(checkpoint.tensors.map(\.name) == ["norm", "half", "blocks"])
        #expect(checkpoint.tensors.map(\.type) == [.f32, .f16, .q8_0])
        #expect(checkpoint.tensors.map(\.shape.extents) == [[4], [3, 2], [2, 64]])
        #expect(checkpoint.tensor(named: "norm")?.denseValues == [1, 2, 3, 4])
        #expect(try checkpoint.require("half", shape: [3, 2]).byteRange.count == 12)
        #expect(checkpoint.tensor(named: "absent") == nil)
    }

    @Test("a required tensor that is absent or has another shape is named")
    func require() throws {
        let checkpoint = try open(GGUFBuilder.sample.bytes(), as: "tiny.gguf")
        #expect(throws: InputError.missing(file: checkpoint.path, field: "absent")) {
            try checkpoint.require("absent", shape: [1])
        }
        #expect(
            throws: InputError.inconsistent(
                file: checkpoint.path, field: "half", found: "shape [3, 2]", expected: "shape [2, 3]")
        ) { try checkpoint.require("half", shape: [2, 3]) }
    }

    @Test("a file with only a vocabulary opens with no tensors")
    func vocabularyOnly() throws {
        var builder = GGUFBuilder.sample
        builder.tensors = []
        let checkpoint = try open(builder.bytes(), as: "vocabulary.gguf")
        #expect(checkpoint.tensors.isEmpty)
        #expect(try checkpoint.metadata.stringArray("words") == ["a", "", "日本", "d"])
    }

    @Test("another alignment is respected")
    func alignment() throws {
        var builder = GGUFBuilder.sample
        builder.alignment = 256
        builder.metadata[1].value = .uint32(256)
        #expect(try open(builder.bytes(), as: "a.gguf").tensor(named: "norm")?.denseValues == [1, 2, 3, 4])
    }

    /// One way to break the sample, and what the error must be about.
    struct Corruption: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let field: String
        let change: @Sendable (inout GGUFBuilder) -> Void

        init(_ description: String, field: String, _ change: @escaping @Sendable (inout GGUFBuilder) -> Void) {
            testDescription = description
            self.field = field
            self.change = change
        }
    }

    static let corruptions: [Corruption] = [
        Corruption("another magic", field: "magic") { $0.magic = Array("FUGG".utf8) },
        Corruption("version 1", field: "version") { $0.version = 1 },
        Corruption("version 4", field: "version") { $0.version = 4 },
        Corruption("a byte-swapped version", field: "version") { $0.version = 3 << 24 },
        Corruption("2^63 tensors", field: "tensor count") { $0.tensorCount = 1 << 63 },
        Corruption("2^64 - 1 pairs", field: "metadata count") { $0.metadataCount = .max },
        Corruption("a key twice", field: "text") { $0.metadata.append(("text", .uint8(1))) },
        Corruption("an empty key", field: "key of metadata 19") { $0.metadata.append(("", .uint8(1))) },
        Corruption("an unknown value type", field: "x: value type") {
            $0.metadata.append(("x", .init(type: 13, bytes: [])))
        },
        Corruption("an array of arrays", field: "x") { $0.metadata.append(("x", .array(9, count: 0, []))) },
        Corruption("2^62 strings", field: "x") { $0.metadata.append(("x", .array(8, count: 1 << 62, []))) },
        Corruption("2^63 floats", field: "x") { $0.metadata.append(("x", .array(6, count: 1 << 63, []))) },
        Corruption("4e9 bytes", field: "x") { $0.metadata.append(("x", .array(0, count: 4_000_000_000, []))) },
        Corruption("a string of 2^64 - 1 bytes", field: "x: string length") {
            $0.metadata.append(("x", .init(type: 8, bytes: littleEndian(UInt64.max))))
        },
        Corruption("alignment 7", field: "general.alignment") { $0.metadata[1].value = .uint32(7) },
        Corruption("alignment 0", field: "general.alignment") { $0.metadata[1].value = .uint32(0) },
        Corruption("alignment 2^31", field: "general.alignment") { $0.metadata[1].value = .uint32(1 << 31) },
        Corruption("alignment as a string", field: "general.alignment") { $0.metadata[1].value = .string("32") },
        Corruption("rank 0", field: "norm: rank") { $0.tensors[0].rank = 0 },
        Corruption("rank 2^32 - 1", field: "norm: rank") { $0.tensors[0].rank = .max },
        Corruption("extent 0", field: "norm: shape") { $0.tensors[0].extents = [0] },
        Corruption("extent -32", field: "norm: shape") { $0.tensors[0].extents = [UInt64(bitPattern: -32)] },
        Corruption("extents 2^62 × 4", field: "norm: shape") { $0.tensors[0].extents = [1 << 62, 4] },
        Corruption("a size past 63 bits", field: "norm: shape") { $0.tensors[0].extents = [1 << 31, 1 << 31] },
        Corruption("an integer type", field: "norm: element type") { $0.tensors[0].type = 26 },
        Corruption("a type that does not exist", field: "norm: element type") { $0.tensors[0].type = 4 },
        Corruption("rows of broken blocks", field: "blocks: shape") { $0.tensors[2].extents = [33, 2] },
        Corruption("an empty name", field: "name of tensor 1") { $0.tensors[1].name = "" },
        Corruption("a name twice", field: "norm") { $0.tensors[1].name = "norm" },
        Corruption("an offset off the alignment", field: "half: offset") { $0.tensors[1].offset = 33 },
        Corruption("an offset past the end", field: "half: 12 bytes of data at offset 1000000000") {
            $0.tensors[1].offset = 1_000_000_000
        },
        Corruption("an offset of 2^64 - 32", field: "half: 12 bytes of data at offset 18446744073709551584") {
            $0.tensors[1].offset = UInt64.max - 31
        },
        Corruption("data of two tensors in one place", field: "norm") { $0.tensors[1].offset = 0 },
    ]

    @Test("each corruption is refused by the name of its field", arguments: corruptions)
    func refuses(_ corruption: Corruption) throws {
        var builder = GGUFBuilder.sample
        corruption.change(&builder)
        let error = try #require(refusal(builder.bytes(), as: "bad.gguf"))
        #expect(error.file.hasSuffix("bad.gguf"))
        #expect(error.field?.hasPrefix(corruption.field) == true, "\(error)")
    }

    @Test("names and keys that are not UTF-8 are refused")
    func invalidText() throws {
        var bytes = GGUFBuilder.sample.bytes()
        bytes[32] = 0xFF
        #expect(refusal(bytes, as: "bad.gguf")?.field == "key of metadata 0")
    }

    @Test("paths that are no model are refused")
    func paths() throws {
        let folder = try TemporaryFolder()
        #expect(throws: InputError.missingFile(file: folder.file("none"))) { try Checkpoint.open(folder.file("none")) }
        #expect(throws: InputError.self) { try Checkpoint.open(folder.path) }
        #expect(throws: InputError.self) { try Checkpoint.open("") }
        #expect(refusal([], as: "empty.gguf")?.field?.hasPrefix("magic") == true)
    }
}
