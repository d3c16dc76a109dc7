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
/// The object removes what it wrote when it goes without a commit, after an error as after a cancellation.
public final class NewFile {
    /// Where the file will stand.
    public let path: String
    /// Bytes appended so far.
    public private(set) var byteCount = 0
    private let aside: String
    /// Below 0 once the file is committed.
    private var descriptor: Int32

    /// Makes the file, empty, in the folder of `path`.
    ///
    /// - Throws: what the system refused; also where something stands at `path` that is no regular file, for a device
    ///   or a folder cannot be replaced by what is meant to be read back.
    public init(replacing path: String) throws(MappedFileError) {
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw MappedFileError(path: path, call: "open", code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        let name = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        aside = "\(path[..<name]).\(path[name...]).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        descriptor = unsafe open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw MappedFileError(path: path, call: "open", code: errno) }
        self.path = path
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        _ = unsafe unlink(aside)
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

    /// Waits until the bytes are on the disk and puts the file in its place.
    ///
    /// - Precondition: the file is not committed yet.
    public func commit() throws(MappedFileError) {
        precondition(descriptor >= 0, "committed twice")
        guard fsync(descriptor) == 0 else { throw MappedFileError(path: path, call: "fsync", code: errno) }
        try FileReplacement.replace(path, with: aside)
        close(descriptor)
        descriptor = -1
    }
}
