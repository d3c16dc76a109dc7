import Foundation
import Tensors
import Testing

@Suite struct StorageTests {
    @Test(
        "buffers are zeroed, writable and aligned to the page they asked for", arguments: [0, 1, 4_096, (2 << 20) + 5])
    func buffers(_ byteCount: Int) throws {
        let buffer = try #require(HugePageBuffer(byteCount: byteCount))
        #expect(unsafe buffer.bytes.count == byteCount)
        #expect(unsafe buffer.bytes.allSatisfy { $0 == 0 })
        let alignment = byteCount >= 2 << 20 ? 2 << 20 : 4_096
        #expect(unsafe Int(bitPattern: buffer.base) % alignment == 0)
        if byteCount > 0 {
            unsafe buffer.mutableBytes[byteCount - 1] = 3
            #expect(unsafe buffer.bytes[byteCount - 1] == 3)
        }
    }

    @Test("a size that no machine has gives nil")
    func absurdSizes() {
        #expect(HugePageBuffer(byteCount: .max) == nil)
        #expect(HugePageBuffer(byteCount: 1 << 60) == nil)
    }
}

@Suite struct MappedFileTests {
    /// Runs a body with a file of these bytes.
    private func with(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test("a file is mapped as it is, and empty files too")
    func maps() throws {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        try with(bytes) { path in
            let file = try MappedFile(path: path)
            #expect(file.byteCount == bytes.count && file.path == path && file.hasOriginalSize)
            #expect(unsafe Array(file.bytes) == bytes)
            file.releasePages(0..<bytes.count)
            #expect(file.copyBytes(9_998..<10_000) == Array(bytes.suffix(2)))
        }
        try with([]) { path in
            let file = try MappedFile(path: path)
            #expect(file.copyBytes(0..<0).isEmpty)
        }
    }

    @Test("integers are little-endian at any alignment; text is UTF-8 or nil")
    func reads() throws {
        try with([0, 1, 2, 3, 4, 5, 6, 7, 8, 0xC3, 0xA9, 0xFF]) { path in
            let file = try MappedFile(path: path)
            #expect(file.integer(at: 1, as: UInt32.self) == 0x0403_0201)
            #expect(file.integer(at: 1, as: UInt64.self) == 0x0807_0605_0403_0201)
            #expect(file.integer(at: 11, as: Int8.self) == -1)
            #expect(file.string(9..<11) == "é")
            #expect(file.string(9..<12) == nil)
            #expect(file.string(3..<3) == "")
        }
    }

    @Test("what cannot be mapped says why")
    func refusals() throws {
        let missing = #expect(throws: MappedFileError.self) { try MappedFile(path: "/nonexistent/file") }
        #expect(missing?.isMissing == true)
        #expect(missing?.description.contains("/nonexistent/file") == true)
        let folder = #expect(throws: MappedFileError.self) { try MappedFile(path: "/tmp") }
        #expect(folder?.isMissing == false)
        #expect(throws: MappedFileError.self) { try MappedFile(path: "/dev/null") }
    }

    @Test("a file that shrinks under the map is noticed")
    func shrinking() throws {
        try with([UInt8](repeating: 1, count: 100)) { path in
            let file = try MappedFile(path: path)
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try handle.truncate(atOffset: 10)
            #expect(!file.hasOriginalSize)
        }
    }

    @Test("a read past the end stops the program, and reads nothing")
    func readsPastTheEnd() async {
        await #expect(processExitsWith: .failure) {
            let file = try MappedFile(path: "/proc/self/exe")
            _ = file.integer(at: file.byteCount - 7, as: UInt64.self)
        }
    }
}
