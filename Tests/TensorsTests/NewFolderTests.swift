import Foundation
import Tensors
import Testing

@Suite final class NewFolderTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func names(_ path: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + path).sorted()
    }

    @Test(
        "the folder stands there whole after the commit, also in the place of an empty one", arguments: [false, true])
    func commits(isThere: Bool) throws {
        let path = "\(folder)/a"
        if isThere { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        let new = try NewFolder(at: isThere ? path + "/" : path)
        try new.file(named: "x").append([1, 2].span)
        try new.file(named: "y").append([3].span)
        #expect(FileManager.default.fileExists(atPath: path) == isThere)
        try new.commit()
        #expect(try names() == ["a"] && names("/a") == ["x", "y"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(path)/x")) == Data([1, 2]))
    }

    @Test("without a commit nothing is left")
    func abandons() throws {
        var new: NewFolder? = try NewFolder(at: "\(folder)/a")
        try new?.file(named: "x").append([1].span)
        // Nameless, or in a folder that hides beside the place.
        #expect(try names().count <= 1)
        new = nil
        #expect(try names().isEmpty)
    }

    @Test("a folder that something came into meanwhile stays, and nothing else is left")
    func taken() throws {
        let path = "\(folder)/a"
        var new: NewFolder? = try NewFolder(at: path)
        try new?.file(named: "x").append([1].span)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data([1]).write(to: URL(fileURLWithPath: "\(path)/mine"))
        let error = #expect(throws: MappedFileError.self) { try new?.commit() }
        #expect(error?.path == path && error?.isTaken == true)
        new = nil
        #expect(try names() == ["a"] && names("/a") == ["mine"])
    }

    @Test("files, full folders and folders without a parent are refused", arguments: ["file", "full", "no/such"])
    func refuses(name: String) throws {
        try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/file"))
        try FileManager.default.createDirectory(atPath: "\(folder)/full/b", withIntermediateDirectories: true)
        let error = #expect(throws: MappedFileError.self) { try NewFolder(at: "\(folder)/\(name)") }
        #expect(error?.path == "\(folder)/\(name)" && error?.isTaken == (name != "no/such"))
        #expect(try names() == ["file", "full"])
    }
}
