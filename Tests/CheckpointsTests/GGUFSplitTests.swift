import Checkpoints
import Testing
import UntrustedInput

@Suite struct GGUFSplitTests {
    /// The sample cut in three, a tensor in each.
    private func write(
        to folder: TemporaryFolder, _ change: (Int, inout GGUFBuilder) -> Void = { _, _ in }
    ) throws {
        for number in 0..<3 {
            var shard = GGUFBuilder.sample
            if number > 0 { shard.metadata = [] }
            shard.metadata += [
                ("split.no", .uint16(UInt16(number))), ("split.count", .uint16(3)), ("split.tensors.count", .int32(3)),
            ]
            shard.tensors = [GGUFBuilder.sample.tensors[number]]
            change(number, &shard)
            try folder.write(shard.bytes(), to: "tiny-0000\(number + 1)-of-00003.gguf")
        }
    }

    @Test("any shard opens them all", arguments: 1...3)
    func opens(_ number: Int) throws {
        let folder = try TemporaryFolder()
        try write(to: folder)
        let checkpoint = try Checkpoint.open(folder.file("tiny-0000\(number)-of-00003.gguf"))
        #expect(checkpoint.name == "tiny")
        #expect(checkpoint.tensors.map(\.name) == ["norm", "half", "blocks"])
        #expect(try checkpoint.metadata.string("text") == "grüße")
        #expect(checkpoint.tensor(named: "blocks")?.file?.hasSuffix("tiny-00003-of-00003.gguf") == true)
    }

    @Test("shards that do not belong together are refused")
    func refuses() throws {
        func field(_ change: (Int, inout GGUFBuilder) -> Void) throws -> String? {
            let folder = try TemporaryFolder()
            try write(to: folder, change)
            return try openAndExercise(folder.file("tiny-00001-of-00003.gguf"))?.field
        }
        #expect(try field { if $0 == 2 { $1.metadata[0].value = .uint16(1) } } == "split.no")
        #expect(try field { if $0 == 1 { $1.metadata[1].value = .uint16(4) } } == "split.count")
        #expect(
            try field { if $0 == 0 { $1.metadata[$1.metadata.count - 1].value = .int32(7) } } == "split.tensors.count")
        #expect(try field { if $0 == 1 { $1.tensors[0].name = "norm" } } == "norm")
        #expect(try field { if $0 == 1 { $1.metadata.remove(at: 0) } } == "split.no")
    }

    @Test("a shard that is not there is named")
    func missingShard() throws {
        let folder = try TemporaryFolder()
        try write(to: folder)
        try TemporaryFolder.remove(folder.file("tiny-00002-of-00003.gguf"))
        #expect(throws: InputError.missingFile(file: folder.file("tiny-00002-of-00003.gguf"))) {
            try Checkpoint.open(folder.file("tiny-00001-of-00003.gguf"))
        }
    }

    @Test("a split file under another name is refused")
    func renamed() throws {
        var shard = GGUFBuilder.sample
        shard.metadata += [("split.no", .uint16(0)), ("split.count", .uint16(3))]
        for name in ["tiny.gguf", "tiny-00001-of-00002.gguf", "-00001-of-00003.gguf", "tiny-0000x-of-00003.gguf"] {
            #expect(refusal(shard.bytes(), as: name)?.field == "split.count", "\(name)")
        }
    }
}
