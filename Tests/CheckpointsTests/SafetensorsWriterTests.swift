import Checkpoints
import Foundation
import TestSupport
import Testing
import UntrustedInput

@Suite struct SafetensorsWriterTests {
    @Test("what is written is read back, by this reader and by another")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("out.safetensors")
        let large = (0..<300_000).map { Float($0) }
        try SafetensorsWriter.write(
            [
                .init(name: "seq0.logits", shape: [2, 3], .floats([1, -2, 3.5, .infinity, 0, 1e-30])),
                .init(name: "ids \"ä\"\n\\", shape: [2], .integers([-1, 448])),
                .init(name: "large", shape: [300, 1_000], .floats(large)), .init(name: "none", shape: [0], .floats([])),
            ], to: path)
        let checkpoint = try Checkpoint.open(path)
        #expect(try checkpoint.require("seq0.logits", shape: [2, 3]).denseValues == [1, -2, 3.5, .infinity, 0, 1e-30])
        #expect(try checkpoint.require("large", shape: [300, 1_000]).denseValues == large)
        let other = try SafetensorsFile(path: path)
        #expect(other.integers("ids \"ä\"\n\\") == [-1, 448])
        #expect(other.floats("seq0.logits")?.count == 6)
    }

    @Test("an old file is replaced, and nothing is left beside it")
    func replaces() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "out.safetensors")
        try SafetensorsWriter.write([.init(name: "a", shape: [1], .floats([7]))], to: path)
        #expect(try Checkpoint.open(path).tensor(named: "a")?.denseValues == [7])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.safetensors"])
    }

    @Test("no entries is a valid file") func empty() throws {
        let folder = try TemporaryFolder()
        try SafetensorsWriter.write([], to: folder.file("out.safetensors"))
        #expect(try Checkpoint.open(folder.file("out.safetensors")).tensors.isEmpty)
    }

    @Test("where the folder is not there, the error says so")
    func noFolder() throws {
        #expect(throws: InputError.self) {
            try SafetensorsWriter.write([], to: "/nonexistent/folder/out.safetensors")
        }
    }
}
