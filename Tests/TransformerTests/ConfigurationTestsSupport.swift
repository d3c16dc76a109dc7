import Foundation

/// A copy of a model's folder, by links, in which single files can be changed.
final class PatchedFolder {
    let path: String

    init(of folder: String) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try FileManager.default.createSymbolicLink(
                atPath: "\(path)/\(name)", withDestinationPath: "\(folder)/\(name)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Replaces a file; the original stays as it is.
    func write(_ data: Data, to name: String) throws {
        try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func write(_ object: [String: Any], to name: String) throws {
        try write(try JSONSerialization.data(withJSONObject: object), to: name)
    }

    /// Changes the members of a JSON object.
    func patch(_ name: String, _ change: (inout [String: Any]) -> Void) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
        var object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        change(&object)
        try write(object, to: name)
    }
}
