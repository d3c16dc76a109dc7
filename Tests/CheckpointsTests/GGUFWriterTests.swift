import Checkpoints
import Foundation
import Tensors
import Testing
import UntrustedInput

@Suite struct GGUFWriterTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("out.gguf") }
    private var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path) } }

    init() throws { folder = try TemporaryFolder() }

    /// A value of every type, in one form and as an array.
    private static let values: [(key: String, value: GGUFValue)] = [
        ("general.architecture", GGUFValue("llama")), ("u8", GGUFValue(UInt8(200))), ("i8", GGUFValue(Int8(-100))),
        ("u16", GGUFValue(UInt16(60_000))), ("i16", GGUFValue(Int16(-30_000))), ("u32", GGUFValue(UInt32.max)),
        ("i32", GGUFValue(Int32.min)), ("u64", GGUFValue(UInt64(1) << 62)), ("i64", GGUFValue(Int64.min)),
        ("f32", GGUFValue(Float(1.5))), ("f64", GGUFValue(-2.25)), ("yes", GGUFValue(true)), ("no", GGUFValue(false)),
        ("text", GGUFValue("grüße")), ("nothing", GGUFValue("")), ("words", GGUFValue(["a", "", "日本", "d"])),
        ("floats", GGUFValue([Float(0.5), -1, 3])), ("doubles", GGUFValue([1e300])),
        ("bytes", GGUFValue([UInt8(1), 2])), ("integers", GGUFValue([Int32(1), -2, 3])),
        ("longs", GGUFValue([Int64.max, .min])), ("flags", GGUFValue([true, false])), ("empty", GGUFValue([String]())),
    ]

    private static let tensors: [GGUFWriter.Entry] = [
        .init("norm", .f32, TensorShape([3])), .init("half", .f16, TensorShape([3, 2])),
        .init("blocks", .q8_0, TensorShape([2, 64])), .init("cube", .bf16, TensorShape([2, 3, 5])),
    ]

    /// Data of a tensor that tells one from another.
    private static func data(_ tensor: GGUFWriter.Entry, _ seed: UInt8) -> [UInt8] {
        let bytes = tensor.shape.elementCount / tensor.type.blockLength * tensor.type.blockBytes
        return (0..<bytes).map { UInt8(truncatingIfNeeded: $0) ^ seed }
    }

    private func write(
        metadata: [(key: String, value: GGUFValue)] = values, tensors: [GGUFWriter.Entry] = tensors,
        pieceBytes: Int = .max
    ) throws -> GGUFWriter {
        let writer = try GGUFWriter(path, metadata: metadata, tensors: tensors)
        for (index, tensor) in writer.tensors.enumerated() {
            var rest = Self.data(tensor, UInt8(index))[...]
            while !rest.isEmpty {
                try writer.append(Array(rest.prefix(pieceBytes)).span, to: tensor.name)
                rest = rest.dropFirst(pieceBytes)
            }
        }
        return writer
    }

    @Test("what is written is read back, however it was cut into pieces", arguments: [1, 7, Int.max])
    func roundTrip(pieceBytes: Int) throws {
        let writer = try write(pieceBytes: pieceBytes)
        try writer.finish()
        #expect(try names == ["out.gguf"])
        let checkpoint = try Checkpoint.open(path)
        let metadata = checkpoint.metadata
        #expect(metadata.keys == Self.values.map(\.key))
        for (key, value) in Self.values { #expect(metadata.value(key) == value, "\(key)") }
        #expect(try metadata.int("u8", in: 0...Int.max) == 200 && metadata.int("i8", in: -128...0) == -100)
        #expect(try metadata.int("u16", in: 0...Int.max) == 60_000 && metadata.int("i16", in: -40_000...0) == -30_000)
        #expect(try metadata.int("u32", in: 0...Int.max) == 0xFFFF_FFFF)
        #expect(try metadata.int("i32", in: Int.min...0) == Int(Int32.min))
        #expect(try metadata.int("u64", in: 0...Int.max) == 1 << 62 && metadata.int("i64", in: Int.min...0) == .min)
        #expect(try metadata.float("f32") == 1.5 && metadata.float("f64") == -2.25)
        #expect(try metadata.bool("yes") && !metadata.bool("no"))
        #expect(try metadata.string("text") == "grüße" && metadata.string("nothing").isEmpty)
        #expect(try metadata.stringArray("words") == ["a", "", "日本", "d"])
        #expect(try metadata.floatArray("floats") == [0.5, -1, 3] && metadata.intArray("integers") == [1, -2, 3])
        #expect(try metadata.stringArray("empty").isEmpty)
        #expect(checkpoint.tensors.count == Self.tensors.count)
        for (index, entry) in Self.tensors.enumerated() {
            let tensor = try checkpoint.require(entry.name)
            #expect(tensor.type == entry.type && tensor.shape == entry.shape)
            #expect(unsafe Array(tensor.bytes) == Self.data(entry, UInt8(index)))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == writer.fileBytes)
    }

    @Test("an independent maker of such files gives the same bytes")
    func sameBytes() throws {
        var builder = GGUFBuilder()
        builder.metadata = [
            ("general.architecture", .string("llama")), ("words", .strings(["a", "b"])), ("n", .uint32(7)),
        ]
        builder.tensors = [
            .init(name: "norm", extents: [3], data: Self.data(Self.tensors[0], 0)),
            .init(name: "half", extents: [2, 3], type: 1, data: Self.data(Self.tensors[1], 1)),
        ]
        let metadata = [
            ("general.architecture", GGUFValue("llama")), ("words", GGUFValue(["a", "b"])), ("n", GGUFValue(UInt32(7))),
        ]
        try write(metadata: metadata, tensors: Array(Self.tensors[..<2])).finish()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(builder.bytes()))
    }

    @Test("values of another file are copied byte for byte")
    func copies() throws {
        let source = try open(GGUFBuilder.sample.bytes(), as: "in.gguf").metadata
        let metadata = source.keys.map { (key: $0, value: source.value($0)!) }
        try write(metadata: metadata, tensors: []).finish()
        let copy = try Checkpoint.open(path).metadata
        #expect(copy.keys == source.keys)
        for key in source.keys { #expect(copy.value(key) == source.value(key), "\(key)") }
        #expect(source.value("no such key") == nil)
    }

    @Test("data stands at multiples of the alignment that the metadata asks for", arguments: [1, 32, 64, 4_096])
    func alignment(bytes: Int) throws {
        let metadata = Self.values + [("general.alignment", GGUFValue(UInt32(bytes)))]
        try write(metadata: metadata).finish()
        let tensors = try Checkpoint.open(path).tensors
        #expect(tensors.allSatisfy { $0.byteRange.lowerBound % bytes == 0 })
        for tensor in tensors {
            let index = try #require(Self.tensors.firstIndex { $0.name == tensor.name })
            #expect(unsafe Array(tensor.bytes) == Self.data(Self.tensors[index], UInt8(index)))
        }
    }

    @Test("a writer that goes before the end leaves nothing, and the old file as it was")
    func interruption() throws {
        for old in [nil, "old"] {
            if let old { try folder.write(old, to: "out.gguf") }
            do {
                let writer = try GGUFWriter(path, metadata: Self.values, tensors: Self.tensors)
                try writer.append(Self.data(Self.tensors[0], 0).span, to: "norm")
                // What is written has another name until it is whole, or none where the system can do that.
                #expect(try names.contains("out.gguf") == (old != nil))
                #expect(throws: CheckpointWriteError.self) { try writer.finish() }
            }
            #expect(try names == (old == nil ? [] : ["out.gguf"]))
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    }

    @Test("data out of turn, too much of it and too little are told by the tensor's name")
    func wrongData() throws {
        let writer = try GGUFWriter(path, metadata: [], tensors: Self.tensors)
        func field(_ body: () throws -> Void) -> String? {
            do { try body() } catch {
                guard case .invalid(_, let field, _, _) = error as? CheckpointWriteError else { return nil }
                return field
            }
            return nil
        }
        #expect(field { try writer.append([1, 2].span, to: "half") } == "half")
        #expect(field { try writer.append([UInt8](repeating: 0, count: 13).span, to: "norm") } == "norm")
        try writer.append([UInt8](repeating: 0, count: 11).span, to: "norm")
        #expect(field { try writer.finish() } == "norm")
        try writer.append([0].span, to: "norm")
        #expect(field { try writer.append([0].span, to: "norm") } == "norm")
        #expect(field { try writer.finish() } == "half")
    }

    @Test("where the folder is not there, and where a device stands, the system's reason is told")
    func refused() throws {
        for path in ["/nonexistent/folder/out.gguf", "/dev/null", folder.path] {
            let error = #expect(throws: CheckpointWriteError.self) {
                try GGUFWriter(path, metadata: Self.values, tensors: [])
            }
            guard case .refused(path, let reason) = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    private func isInvalid(
        metadata: [(key: String, value: GGUFValue)] = [], tensors: [GGUFWriter.Entry] = []
    ) throws -> Bool {
        do {
            _ = try GGUFWriter(path, metadata: metadata, tensors: tensors)
            return false
        } catch {
            guard case .invalid = error else { throw error }
            return true
        }
    }

    @Test("what a reader would refuse is not written: at the limit, and one past it")
    func limits() throws {
        func string(_ key: String, _ bytes: Int) -> (key: String, value: GGUFValue) {
            (key, GGUFValue(String(repeating: "x", count: bytes)))
        }
        func strings(_ bytes: Int) -> (key: String, value: GGUFValue) {
            ("tokenizer.x", GGUFValue([String(repeating: "x", count: bytes)]))
        }
        func tensor(_ name: String, _ extents: [Int], _ type: ElementType = .f32) -> [GGUFWriter.Entry] {
            [.init(name, type, TensorShape(extents))]
        }
        let key = String(repeating: "k", count: Limits.metadataKeyBytes)
        let name = String(repeating: "n", count: Limits.tensorNameBytes)
        #expect(try !isInvalid(metadata: [string("general.x", Limits.metadataStringBytes)]))
        #expect(try isInvalid(metadata: [string("general.x", Limits.metadataStringBytes + 1)]))
        #expect(try !isInvalid(metadata: [string("tokenizer.x", Limits.tokenizerBytes)]))
        #expect(try isInvalid(metadata: [string("tokenizer.x", Limits.tokenizerBytes + 1)]))
        #expect(try !isInvalid(metadata: [strings(Limits.metadataStringBytes)]))
        #expect(try isInvalid(metadata: [strings(Limits.metadataStringBytes + 1)]))
        #expect(try !isInvalid(metadata: [string(key, 1)]))
        #expect(try isInvalid(metadata: [string(key + "k", 1)]))
        #expect(try isInvalid(metadata: [string("", 1)]))
        #expect(try isInvalid(metadata: [string("a", 1), string("a", 1)]))
        #expect(try !isInvalid(metadata: [("general.alignment", GGUFValue(UInt32(Limits.alignmentBytes)))]))
        for bytes in [0, 48, 2 * UInt32(Limits.alignmentBytes)] {
            #expect(try isInvalid(metadata: [("general.alignment", GGUFValue(bytes))]))
        }
        #expect(try isInvalid(metadata: [("general.alignment", GGUFValue("32"))]))
        #expect(try !isInvalid(tensors: tensor(name, [1])))
        #expect(try isInvalid(tensors: tensor(name + "n", [1])))
        #expect(try isInvalid(tensors: tensor("a", [1]) + tensor("a", [1])))
        #expect(try !isInvalid(tensors: tensor("a", [1, 1, 1, 1])))
        #expect(try isInvalid(tensors: tensor("a", [1, 1, 1, 1, 1])))
        #expect(try isInvalid(tensors: tensor("a", [])))
        #expect(try isInvalid(tensors: tensor("a", [0])))
        #expect(try isInvalid(tensors: tensor("a", [2, 48], .q4_0)))
        #expect(try isInvalid(tensors: tensor("a", [1 << 31, 1 << 30])))
        #expect(try isInvalid(tensors: tensor("a", [1 << 60]) + tensor("b", [1 << 60])))
        #expect(try names.isEmpty)
    }

    @Test("counts and the header have their limits")
    func counts() throws {
        let many = (0...Limits.metadataCount).map { (key: "\($0)", value: GGUFValue(true)) }
        #expect(try isInvalid(metadata: many))
        #expect(try !isInvalid(metadata: many.dropLast()))
        let tensors = (0...Limits.tensorCount).map { GGUFWriter.Entry("\($0)", .f32, TensorShape([1])) }
        #expect(try isInvalid(tensors: tensors))
        #expect(try !isInvalid(tensors: tensors.dropLast()))
        let text = String(repeating: "x", count: 50 << 20)
        #expect(try isInvalid(metadata: [("tokenizer.a", GGUFValue(text)), ("tokenizer.b", GGUFValue(text))]))
    }
}
