import Foundation
import Tensors
import Testing

@Suite final class NewFileTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder) } }

    @Test("what is appended stands there after the commit, in the place of the old file")
    func commits() throws {
        let path = "\(folder)/a"
        try Data("old".utf8).write(to: URL(fileURLWithPath: path))
        let file = try NewFile(replacing: path)
        let parts: [[UInt8]] = [[1, 2], [], [3], [UInt8](repeating: 9, count: 100_000)]
        for part in parts { try file.append(part.span) }
        #expect(file.byteCount == 100_003)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("old".utf8))
        try file.commit()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(parts.joined()))
        #expect(try names == ["a"])
    }

    @Test("without a commit nothing is left, and the old file stays")
    func abandons() throws {
        for old in [nil, "old"] {
            let path = "\(folder)/b"
            if let old { try Data(old.utf8).write(to: URL(fileURLWithPath: path)) }
            var file: NewFile? = try NewFile(replacing: path)
            try file?.append([1, 2, 3].span)
            // Nameless, or hidden beside the place that it waits for.
            #expect(try names.count <= (old == nil ? 1 : 2))
            file = nil
            #expect(try names == (old == nil ? [] : ["b"]))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/b")) == Data("old".utf8))
    }

    @Test("folders, devices and folders that are not there are refused", arguments: ["", "/dev/null", "/no/such/file"])
    func refuses(path: String) throws {
        let path = path.isEmpty ? folder : path
        let error = #expect(throws: MappedFileError.self) { try NewFile(replacing: path) }
        #expect(error?.path == path)
    }
}
