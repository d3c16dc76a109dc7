import Foundation

/// The file that a picture was asked for in: written aside and renamed, so that nobody sees half of it.
enum PictureFile {
    /// Looks before the long work whether the picture will have a place.
    /// - Throws: exit status 1, as writing would.
    static func check(_ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder + "/.") else {
            throw Failure(.failure, "\(path): no such folder")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw Failure(.failure, "\(path): the folder cannot be written to")
        }
    }

    static func write(_ text: String, to path: String) throws {
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw Failure(.failure, "\(path): \(error.localizedDescription)")
        }
    }
}
