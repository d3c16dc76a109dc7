import Checkpoints
import Testing
import UntrustedInput

@Suite struct FolderTests {
    private static func tensor(_ name: String) -> [UInt8] {
        safetensors("{\"\(name)\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", data: 4)
    }

    @Test("a folder with one file of weights")
    func single() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.tensor("a"), to: "model.safetensors")
        try folder.write("{\"model_type\":\"llama\"}", to: "config.json")
        let checkpoint = try Checkpoint.open(folder.path)
        #expect(checkpoint.tensors.map(\.name) == ["a"])
        #expect(try checkpoint.configuration["model_type"]?.string == "llama")
        #expect(try checkpoint.generationConfiguration == nil)
        #expect(try checkpoint.bytes(named: "tokenizer.model", limit: 10) == nil)
        #expect(checkpoint.folder == folder.path)
    }

    @Test("a folder with only tokenizer files has no tensors, and says that its configuration is missing")
    func tokenizerOnly() throws {
        let folder = try TemporaryFolder()
        try folder.write("{}", to: "tokenizer.json")
        let checkpoint = try Checkpoint.open(folder.path + "/")
        #expect(checkpoint.tensors.isEmpty)
        #expect(try checkpoint.json(named: "tokenizer.json") == .object([:]))
        #expect(throws: InputError.missingFile(file: folder.file("config.json"))) { try checkpoint.configuration }
    }

    @Test("small files are bounded, at the limit and one past, and must be what they claim")
    func smallFiles() throws {
        let folder = try TemporaryFolder()
        try folder.write([0x7B, 0x7D, 0xFF], to: "tokenizer.json")
        let checkpoint = try Checkpoint.open(folder.path)
        #expect(try checkpoint.bytes(named: "tokenizer.json", limit: 3)?.count == 3)
        #expect(throws: InputError.self) { try checkpoint.bytes(named: "tokenizer.json", limit: 2) }
        #expect(throws: InputError.self) { try checkpoint.text(named: "tokenizer.json") }
        #expect(throws: InputError.self) { try checkpoint.json(named: "tokenizer.json") }
        #expect(throws: InputError.self) { try checkpoint.bytes(named: "../tokenizer.json", limit: 3) }
    }

    @Test("shards named by an index")
    func sharded() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.tensor("a"), to: "one.safetensors")
        try folder.write(Self.tensor("b"), to: "two.safetensors")
        let index = #"{"metadata":{"total_size":8},"weight_map":{"b":"two.safetensors","a":"one.safetensors"}}"#
        try folder.write(index, to: "model.safetensors.index.json")
        #expect(try Checkpoint.open(folder.path).tensors.map(\.name) == ["a", "b"])
        try folder.write(Self.tensor("a"), to: "two.safetensors")
        #expect(try openAndExercise(folder.path) == .missing(file: folder.file("two.safetensors"), field: "b"))
    }

    @Test(
        "an index that is no map of plain names is refused",
        arguments: [
            (#"{}"#, "weight_map"), (#"{"weight_map":[]}"#, "weight_map"), (#"{"weight_map":{}}"#, "weight_map"),
            (#"{"weight_map":{"a":1}}"#, "weight_map.a"), (#"{"weight_map":{"a":""}}"#, "weight_map.a"),
            (#"{"weight_map":{"a":"../x.safetensors"}}"#, "weight_map.a"),
            (#"{"weight_map":{"a":".."}}"#, "weight_map.a"),
            (#"{"weight_map":{"a":"/etc/passwd"}}"#, "weight_map.a"), (#"{"weight_map":{"a":"b\\c"}}"#, "weight_map.a"),
            (#"{"weight_map":{"a":"b\u0000c"}}"#, "weight_map.a"), (#"[1"#, "byte"),
        ])
    func refusesIndex(_ index: String, _ field: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(index, to: "model.safetensors.index.json")
        let error = try #require(try openAndExercise(folder.path))
        #expect(error.file == folder.file("model.safetensors.index.json"))
        #expect(error.field?.hasPrefix(field) == true, "\(error)")
    }

    @Test("the same name in two shards is refused")
    func duplicateAcrossShards() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.tensor("a"), to: "one.safetensors")
        let two =
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
        try folder.write(safetensors(two, data: 8), to: "two.safetensors")
        try folder.write(
            #"{"weight_map":{"b":"two.safetensors","a":"one.safetensors"}}"#, to: "model.safetensors.index.json")
        #expect(try openAndExercise(folder.path)?.field == "a")
    }
}
