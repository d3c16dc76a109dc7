import Checkpoints
import Testing
import UntrustedInput

/// Each limit at its value and one past it. A length that a file claims is checked before its bytes are looked for, so
/// most need no large file: at the limit the file is merely cut short, one past it the limit speaks.
@Suite struct LimitTests {
    private func isLimit(_ error: InputError?) -> Bool {
        if case .limitExceeded = error { true } else { false }
    }

    private func refusalOfString(_ key: String, length: Int) -> InputError? {
        var builder = GGUFBuilder()
        builder.metadata = [(key, .init(type: 8, bytes: littleEndian(UInt64(length))))]
        return refusal(builder.bytes(), as: "x.gguf")
    }

    @Test("counts of tensors and metadata")
    func counts() throws {
        for (limit, keyPath) in [
            (Limits.tensorCount, \GGUFBuilder.tensorCount), (Limits.metadataCount, \GGUFBuilder.metadataCount),
        ] {
            var builder = GGUFBuilder.sample
            builder[keyPath: keyPath] = UInt64(limit)
            #expect(!isLimit(refusal(builder.bytes(), as: "x.gguf")))
            builder[keyPath: keyPath] = UInt64(limit) + 1
            #expect(isLimit(refusal(builder.bytes(), as: "x.gguf")))
        }
    }

    @Test("metadata strings, and those of tokenizers")
    func strings() throws {
        #expect(!isLimit(refusalOfString("general.x", length: Limits.metadataStringBytes)))
        #expect(isLimit(refusalOfString("general.x", length: Limits.metadataStringBytes + 1)))
        #expect(!isLimit(refusalOfString("tokenizer.x", length: Limits.tokenizerBytes)))
        #expect(isLimit(refusalOfString("tokenizer.x", length: Limits.tokenizerBytes + 1)))
    }

    @Test("names of tensors and keys")
    func names() throws {
        var builder = GGUFBuilder.sample
        builder.tensors[0].name = String(repeating: "n", count: Limits.tensorNameBytes)
        #expect(refusal(builder.bytes(), as: "x.gguf") == nil)
        builder.tensors[0].name += "n"
        #expect(isLimit(refusal(builder.bytes(), as: "x.gguf")))
        builder = .sample
        builder.metadata.append((String(repeating: "k", count: Limits.metadataKeyBytes), .uint8(0)))
        #expect(refusal(builder.bytes(), as: "x.gguf") == nil)
        builder.metadata.append((String(repeating: "k", count: Limits.metadataKeyBytes + 1), .uint8(0)))
        #expect(isLimit(refusal(builder.bytes(), as: "x.gguf")))
    }

    @Test("ranks")
    func ranks() throws {
        var builder = GGUFBuilder.sample
        builder.tensors[0].extents = [4] + [UInt64](repeating: 1, count: Limits.tensorRank - 1)
        #expect(refusal(builder.bytes(), as: "x.gguf") == nil)
        builder.tensors[0].extents.append(1)
        #expect(refusal(builder.bytes(), as: "x.gguf")?.field == "norm: rank")
    }

    @Test("alignments")
    func alignments() throws {
        var builder = GGUFBuilder.sample
        builder.alignment = Limits.alignmentBytes
        builder.metadata[1].value = .uint32(UInt32(Limits.alignmentBytes))
        #expect(refusal(builder.bytes(), as: "x.gguf") == nil)
        builder.metadata[1].value = .uint32(UInt32(Limits.alignmentBytes) * 2)
        #expect(refusal(builder.bytes(), as: "x.gguf")?.field == "general.alignment")
    }

    @Test("names of safetensors")
    func safetensorsNames() throws {
        func file(_ count: Int) -> [UInt8] {
            let name = String(repeating: "n", count: count)
            return safetensors("{\"\(name)\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", data: 4)
        }
        #expect(refusal(file(Limits.tensorNameBytes), as: "x.safetensors") == nil)
        #expect(isLimit(refusal(file(Limits.tensorNameBytes + 1), as: "x.safetensors")))
    }

    @Test("shards, of an index and of a split file")
    func shards() throws {
        func refusalOfIndex(_ count: Int) throws -> InputError? {
            let folder = try TemporaryFolder()
            let map = (0..<count).map { "\"t\($0)\":\"s\($0).safetensors\"" }.joined(separator: ",")
            try folder.write("{\"weight_map\":{\(map)}}", to: "model.safetensors.index.json")
            return #expect(throws: InputError.self) { try Checkpoint.open(folder.path) }
        }
        // At the limit the first shard is merely not there.
        #expect(!isLimit(try refusalOfIndex(Limits.shardCount)))
        #expect(isLimit(try refusalOfIndex(Limits.shardCount + 1)))
        for (count, isPast) in [(Limits.shardCount, false), (Limits.shardCount + 1, true)] {
            var builder = GGUFBuilder.sample
            builder.metadata.append(("split.count", .uint16(UInt16(count))))
            #expect(isLimit(refusal(builder.bytes(), as: "x.gguf")) == isPast)
        }
    }

    @Test("configuration files")
    func configurations() throws {
        for (size, isPast) in [(Limits.configurationBytes, false), (Limits.configurationBytes + 1, true)] {
            let folder = try TemporaryFolder()
            try folder.write("{}" + String(repeating: " ", count: size - 2), to: "config.json")
            let checkpoint = try Checkpoint.open(folder.path)
            if isPast {
                #expect(isLimit(#expect(throws: InputError.self) { try checkpoint.configuration }))
            } else {
                #expect(try checkpoint.configuration == .object([:]))
            }
        }
    }
}
