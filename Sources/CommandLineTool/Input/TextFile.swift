import Foundation
import UntrustedInput

/// A small file of text that a person names on the command line; `-` is standard input.
enum TextFile {
    static func read(_ path: String) throws -> String {
        if path == "-" { return try StandardInput.text() }
        return try decoded(try bytes(path), file: path)
    }

    static func json(_ path: String) throws -> JSON {
        try JSON(parsing: try read(path), file: name(path))
    }

    /// What errors call it.
    static func name(_ path: String) -> String { path == "-" ? StandardInput.name : path }

    private static func bytes(_ path: String) throws -> Data {
        guard FileManager.default.fileExists(atPath: path) else { throw InputError.missingFile(file: path) }
        do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw InputError.unreadable(file: path, reason: error.localizedDescription)
        }
    }
}

/// Bytes as text, refused where they are not UTF-8.
func decoded(_ bytes: Data, file: String) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
        throw InputError.malformed(file: file, field: "text", found: "bytes that are not UTF-8", expected: "UTF-8")
    }
    return text
}
