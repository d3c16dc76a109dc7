import Foundation
import Tensors
import UntrustedInput

extension MappedFile {
    /// Maps a file, with the reader's kind of error.
    static func open(_ path: String) throws(InputError) -> MappedFile {
        do {
            return try MappedFile(path: path)
        } catch {
            if error.isMissing { throw .missingFile(file: path) }
            throw .unreadable(file: path, reason: error.description)
        }
    }
}

enum FileAccess {
    enum Kind { case file, folder }

    static func kind(_ path: String) -> Kind? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        // Only a folder has a "." inside; symbolic links are followed, as the hub's cache needs.
        return FileManager.default.fileExists(atPath: join(path, ".")) ? .folder : .file
    }

    /// All bytes of a small file; nil where there is no such file.
    static func bytes(_ path: String, limit: Int) throws(InputError) -> [UInt8]? {
        guard kind(path) != nil else { return nil }
        let file = try MappedFile.open(path)
        guard file.byteCount <= limit else {
            throw .limitExceeded(
                file: path, field: "file size", found: UInt64(file.byteCount), limit: UInt64(limit))
        }
        return file.copyBytes(0..<file.byteCount)
    }

    /// A name that a file inside the folder may give for another: no separator, no climbing out, nothing hidden.
    static func isPlainName(_ name: String) -> Bool {
        let bytes = name.utf8
        return !bytes.isEmpty && bytes.count <= 255 && bytes.first != UInt8(ascii: ".")
            && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    static func lastComponent(_ path: String) -> String {
        String(path.split(separator: "/").last ?? "")
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
