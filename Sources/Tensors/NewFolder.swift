#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A folder that is written beside the place where it will stand: whoever looks at the path sees nothing, or the empty
/// folder that was there, until ``commit()`` has put the whole new one there.
///
/// The object removes what it wrote when it goes without a commit, after an error as after a cancellation. Where the
/// system can make files without a name (see ``NewFile``), the folder itself is made by the commit, and of a process that
/// is killed before nothing is left.
public final class NewFolder {
    /// Where the folder will stand.
    public let path: String
    /// The folder around it.
    private let parent: String
    /// The name that the folder gets before it takes its place.
    private let aside: String
    private var isMade = false
    private var files: [(name: String, file: NewFile)] = []
    private var isCommitted = false

    /// Looks whether the folder will have a place.
    ///
    /// - Throws: what the system would refuse; `EEXIST` where something stands at `path` that is no empty folder.
    public init(at path: String) throws(MappedFileError) {
        let trimmed = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
        self.path = trimmed
        let name = trimmed.lastIndex(of: "/").map(trimmed.index(after:)) ?? trimmed.startIndex
        let folder = trimmed[..<name]
        parent = folder.isEmpty ? "." : String(folder)
        aside = "\(folder).\(trimmed[name...]).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        guard unsafe access(trimmed, F_OK) != 0 || Self.isEmptyFolder(trimmed) else {
            throw MappedFileError(path: trimmed, call: "mkdir", code: EEXIST)
        }
        guard unsafe access(parent, W_OK | X_OK) == 0 else {
            throw MappedFileError(path: trimmed, call: "mkdir", code: errno)
        }
    }

    deinit {
        guard !isCommitted else { return }
        let names = files.map(\.name)
        files = []
        guard isMade else { return }
        for name in names { _ = unsafe unlink("\(aside)/\(name)") }
        _ = unsafe rmdir(aside)
    }

    private static func isEmptyFolder(_ path: String) -> Bool {
        guard let folder = unsafe opendir(path) else { return false }
        defer { unsafe closedir(folder) }
        // "." and ".." are in every folder.
        for _ in 0..<3 where unsafe readdir(folder) == nil { return true }
        return false
    }

    /// A file of the folder, to be written by the caller and committed with the folder.
    ///
    /// - Precondition: a plain name, which no other file has.
    public func file(named name: String) throws(MappedFileError) -> NewFile {
        precondition(!name.contains("/") && !files.contains { $0.name == name }, "a name of its own")
        do {
            let file = try make(name)
            files.append((name, file))
            return file
        } catch {
            throw known(error, "\(path)/\(name)")
        }
    }

    private func make(_ name: String) throws(MappedFileError) -> NewFile {
        let place = "\(aside)/\(name)"
        if !isMade {
            do { return try NewFile(replacing: place, namelessIn: parent) } catch {
                // A system whose files need names needs the folder now.
                guard error.isMissing else { throw error }
                try makeFolder()
            }
        }
        return try NewFile(replacing: place)
    }

    private func makeFolder() throws(MappedFileError) {
        guard !isMade else { return }
        guard unsafe mkdir(aside, 0o777) == 0 else {
            throw MappedFileError(path: path, call: "mkdir", code: errno)
        }
        isMade = true
    }

    /// The error with the path that the caller knows.
    private func known(_ error: MappedFileError, _ path: String) -> MappedFileError {
        MappedFileError(path: path, call: error.call, code: error.code)
    }

    /// Waits until all files are on the disk and puts the folder in its place.
    ///
    /// - Precondition: the folder is not committed yet.
    public func commit() throws(MappedFileError) {
        precondition(!isCommitted, "committed twice")
        do {
            // What takes long comes first, so that the folder is hardly ever seen under another name than its own.
            for (_, file) in files { try file.synchronize() }
            try makeFolder()
            for (_, file) in files { try file.commit() }
            // Takes the place of an empty folder, too, and of nothing else.
            try FileReplacement.replace(path, with: aside)
        } catch {
            throw known(error, path)
        }
        isCommitted = true
    }
}
