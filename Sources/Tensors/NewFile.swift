#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is written beside the one whose place it takes: whoever looks at the path sees the old file, or none,
/// until ``commit()`` has put the whole new one there.
///
/// The object removes what it wrote when it goes without a commit, after an error as after a cancellation. Where the
/// system can make files without a name (Linux, on most file systems), nothing is left either when the process is killed.
public final class NewFile {
    /// Where the file will stand.
    public let path: String
    /// Bytes appended so far.
    public private(set) var byteCount = 0
    /// The name that the file has, or gets, before it takes its place.
    private let aside: String
    private var hasName: Bool
    /// Below 0 once the file is committed.
    private var descriptor: Int32

    /// Makes the file, empty, in the folder of `path`.
    ///
    /// - Throws: what the system refused; also where something stands at `path` that is no regular file, for a device
    ///   or a folder cannot be replaced by what is meant to be read back.
    public convenience init(replacing path: String) throws(MappedFileError) {
        try self.init(replacing: path, namelessIn: nil)
    }

    /// - Parameter folder: where the file is while it has no name, on the same file system: the folder of `path` need not
    ///   be there then, where the system can make files without a name. nil for the folder of `path`.
    init(replacing path: String, namelessIn folder: String?) throws(MappedFileError) {
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw MappedFileError(path: path, call: "open", code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        let name = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        aside = "\(path[..<name]).\(path[name...]).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        let own = String(path[..<name])
        let nameless = Self.openNameless(folder ?? (own.isEmpty ? "." : own))
        hasName = nameless < 0
        descriptor =
            hasName ? unsafe open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) : nameless
        guard descriptor >= 0 else { throw MappedFileError(path: path, call: "open", code: errno) }
        self.path = path
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if hasName { _ = unsafe unlink(aside) }
    }

    private static let descriptors = "/proc/self/fd"

    /// A file that no folder knows; below 0 where the system has no such thing.
    private static func openNameless(_ folder: String) -> Int32 {
        #if os(Linux)
            // Its name will come by way of its descriptor's.
            guard unsafe access(descriptors, X_OK) == 0 else { return -1 }
            // O_TMPFILE, which the C library's header hides behind a macro of its own.
            return unsafe open(folder, O_WRONLY | 0o20000000 | O_DIRECTORY | O_CLOEXEC, 0o666)
        #else
            return -1
        #endif
    }

    /// Writes bytes behind those that are there, however many calls the system cuts them into.
    public func append(_ bytes: Span<UInt8>) throws(MappedFileError) {
        let failure: Int32 = unsafe bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes[...]
            while unsafe !rest.isEmpty {
                let part = unsafe UnsafeRawBufferPointer(rebasing: rest)
                let count = unsafe write(descriptor, part.baseAddress, part.count)
                if count < 0, errno != EINTR { return errno }
                unsafe rest = rest.dropFirst(max(count, 0))
            }
            return 0
        }
        guard failure == 0 else { throw MappedFileError(path: path, call: "write", code: failure) }
        byteCount += bytes.count
    }

    /// Waits until the bytes are on the disk, and leaves the file where it is.
    ///
    /// - Precondition: the file is not committed yet.
    func synchronize() throws(MappedFileError) {
        precondition(descriptor >= 0, "committed twice")
        guard fsync(descriptor) == 0 else { throw MappedFileError(path: path, call: "fsync", code: errno) }
    }

    /// Waits until the bytes are on the disk and puts the file in its place.
    ///
    /// - Precondition: the file is not committed yet.
    public func commit() throws(MappedFileError) {
        try synchronize()
        try giveName()
        try FileReplacement.replace(path, with: aside)
        close(descriptor)
        descriptor = -1
    }

    /// A nameless file cannot take the place of another: it has a name for the moment between the two calls.
    private func giveName() throws(MappedFileError) {
        guard !hasName else { return }
        guard unsafe linkat(AT_FDCWD, "\(Self.descriptors)/\(descriptor)", AT_FDCWD, aside, AT_SYMLINK_FOLLOW) == 0
        else {
            throw MappedFileError(path: path, call: "linkat", code: errno)
        }
        hasName = true
    }
}
