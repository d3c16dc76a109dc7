import Checkpoints
import Foundation
import TestSupport
import Testing
import UntrustedInput

/// Files cut and files with flipped bits: each opens or gives an ``InputError``, and nothing that opened traps later.
@Suite struct CorruptionTests {
    /// Small files of each format: made here, and those that the repository carries.
    static let files: [(name: String, bytes: [UInt8])] = {
        let header = """
            {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},\
            "b":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]},"c":{"dtype":"I8","shape":[8],"data_offsets":[24,32]}}
            """
        var files = [("tiny.gguf", GGUFBuilder.sample.bytes()), ("tiny.safetensors", safetensors(header, data: 32))]
        for path in ["Tests/Golden/gguf/phi3-base-f32.q4_0.gguf", "Tests/Golden/phi3-base-f32/model.safetensors"] {
            let url = Golden.repository.appendingPathComponent(path)
            if let data = try? Data(contentsOf: url) { files.append((url.lastPathComponent, [UInt8](data))) }
        }
        return files
    }()

    @Test("cut at every byte of the first 8 KiB and every 64th after", arguments: files.indices)
    func truncation(_ index: Int) throws {
        let (name, bytes) = Self.files[index]
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: name)
        let whole = try Checkpoint.open(path)
        // What follows the last element is padding.
        let end = whole.tensors.map(\.byteRange.upperBound).max() ?? bytes.count
        // Shrinking the one file is much cheaper than writing thousands.
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var lengths = Array(stride(from: 8_192 + 64, to: bytes.count, by: 64).reversed())
        lengths += (0..<min(8_192, bytes.count)).reversed()
        for length in lengths {
            try file.truncate(atOffset: UInt64(length))
            let error = try openAndExercise(path)
            #expect(error?.field?.isEmpty == false || length >= end, "\(length) of \(bytes.count) bytes")
        }
    }

    @Test("ten thousand seeded bit flips", arguments: files.indices)
    func bitFlips(_ index: Int) throws {
        let (name, bytes) = Self.files[index]
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: name)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var random = SplitMix64(seed: UInt64(index) + 1)
        let header = min(bytes.count, 16_384)
        var refused = 0
        for _ in 0..<10_000 / Self.files.count {
            let positions = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Int.random(in: 0..<header, using: &random)
            }
            for position in positions {
                try file.seek(toOffset: UInt64(position))
                try file.write(contentsOf: [bytes[position] ^ (1 << UInt8.random(in: 0..<8, using: &random))])
            }
            if let error = try openAndExercise(path) {
                refused += 1
                #expect(error.field?.isEmpty == false)
            }
            for position in positions {
                try file.seek(toOffset: UInt64(position))
                try file.write(contentsOf: [bytes[position]])
            }
        }
        #expect(refused > 0)
    }
}
