import Checkpoints
import Foundation
import UntrustedInput

/// A folder of its own for a test, gone with the object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }
}

/// Opens bytes as a file of this name.
func open(_ bytes: [UInt8], as name: String) throws -> Checkpoint {
    let folder = try TemporaryFolder()
    return try Checkpoint.open(try folder.write(bytes, to: name))
}

/// The error that opening these bytes gives.
func refusal(_ bytes: [UInt8], as name: String) -> InputError? {
    do {
        _ = try open(bytes, as: name)
        return nil
    } catch {
        return error as? InputError
    }
}

extension TemporaryFolder {
    static func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
}
