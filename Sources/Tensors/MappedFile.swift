#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a file could not be mapped or written: the system call that failed and its `errno`.
public struct MappedFileError: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    public let call: String
    public let code: Int32

    public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    /// Whether something else stands in the place.
    public var isTaken: Bool { code == EEXIST || code == ENOTEMPTY }
    /// The system's words, with the call before them.
    public var reason: String { unsafe "\(call): \(String(cString: strerror(code)))" }
    public var description: String { "\(path): \(reason)" }
}

/// A whole file mapped read-only into memory, its descriptor held open for the life of the object.
///
/// The size is read once, at opening. A file that another program shrinks under the map would raise a bus
/// error on access; ``hasOriginalSize`` lets a reader check before it enters a long pass.
@safe public final class MappedFile: TensorStorage, @unchecked Sendable {
    public let path: String
    public let byteCount: Int
    private let base: UnsafeMutableRawPointer?
    private let descriptor: Int32

    public init(path: String) throws(MappedFileError) {
        // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw MappedFileError(path: path, call: "open", code: errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            defer { close(descriptor) }
            throw MappedFileError(path: path, call: "fstat", code: errno)
        }
        // A directory, pipe or device has no stable size to map.
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw MappedFileError(path: path, call: "open", code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        let size = Int(status.st_size)
        var base: UnsafeMutableRawPointer?
        if size > 0 {
            unsafe base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
            guard unsafe base != MAP_FAILED else {
                defer { close(descriptor) }
                throw MappedFileError(path: path, call: "mmap", code: errno)
            }
        }
        self.path = path
        self.byteCount = size
        unsafe self.base = base
        self.descriptor = descriptor
    }

    deinit {
        if let base = unsafe base { unsafe munmap(base, byteCount) }
        close(descriptor)
    }

    /// Whether the file still has the size it was mapped with.
    public var hasOriginalSize: Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && Int(status.st_size) == byteCount
    }

    @unsafe public var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: byteCount)
    }

    /// Asks the kernel to read a range ahead of its use, without waiting for it: whoever works on one part of a file need not
    /// stand still for the next.
    public func readAhead(_ range: Range<Int>) {
        let end = min(range.upperBound, byteCount)
        guard let base = unsafe base, range.lowerBound >= 0, range.lowerBound < end else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = range.lowerBound / page * page
        _ = unsafe madvise(base + start, end - start, MADV_WILLNEED)
    }

    /// Tells the kernel that the pages of a range will not be read again soon, so that re-tiled weights do not
    /// keep their file's pages resident.
    public func releasePages(_ range: Range<Int>) {
        guard let base = unsafe base, !range.isEmpty else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (range.lowerBound + page - 1) / page * page
        let end = min(range.upperBound, byteCount) / page * page
        if start < end { _ = unsafe madvise(base + start, end - start, MADV_DONTNEED) }
    }
}
