import Foundation
import Tensors

/// A file that a command was asked for: written aside and renamed, so that nobody sees half of it.
enum OutputFile {
    /// Looks before the long work whether the file will have a place.
    /// - Throws: exit status 1, as writing would.
    static func check(_ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder + "/.") else {
            throw Failure(.failure, "\(path): no such folder")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw Failure(.failure, "\(path): the folder cannot be written to")
        }
        guard !FileManager.default.fileExists(atPath: path + "/.") else {
            throw Failure(.failure, "\(path): is a folder")
        }
    }

    static func write(_ text: String, to path: String) throws {
        try write(to: path) { write in try write(text) }
    }

    /// Writes piece by piece what is too long to hold.
    ///
    /// - Parameter body: calls its argument with one piece after another; after an error there is no file.
    static func write(to path: String, _ body: (_ write: (String) throws -> Void) throws -> Void) throws {
        do {
            let file = try NewFile(replacing: path)
            try body { piece in try file.append(Array(piece.utf8).span) }
            try file.commit()
        } catch let error as MappedFileError {
            throw Failure(.failure, error.description)
        }
    }
}
