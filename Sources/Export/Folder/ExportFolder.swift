import Tensors

/// The new folder of an export, with this module's kind of error.
struct ExportFolder {
    let path: String
    private let folder: NewFolder

    /// - Throws: ``ExportError/outputExists(folder:)`` where something stands there that is no empty folder.
    init(_ path: String) throws(ExportError) {
        self.path = path
        do {
            folder = try NewFolder(at: path)
        } catch {
            throw error.isTaken ? .outputExists(folder: path) : ExportError(error)
        }
    }

    func file(_ name: String) throws(ExportError) -> ExportFile {
        do { return ExportFile(path: "\(path)/\(name)", file: try folder.file(named: name)) } catch {
            throw ExportError(error)
        }
    }

    func write(_ bytes: [UInt8], to name: String) throws(ExportError) { try file(name).append(bytes.span) }

    func commit() throws(ExportError) {
        do { try folder.commit() } catch { throw error.isTaken ? .outputExists(folder: path) : ExportError(error) }
    }
}

/// A file of an export, named in errors as it will be called.
struct ExportFile {
    let path: String
    private let file: NewFile

    init(path: String, file: NewFile) {
        self.path = path
        self.file = file
    }

    var byteCount: Int { file.byteCount }

    func append(_ bytes: Span<UInt8>) throws(ExportError) {
        do { try file.append(bytes) } catch { throw .refused(file: path, reason: error.reason) }
    }
}
