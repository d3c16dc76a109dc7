#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One end of a child's standard output or error, gathered without ever blocking the child or growing without bound.
struct ChildOutput {
    /// The end that the child writes to.
    private(set) var writingEnd: Int32
    private(set) var bytes: [UInt8] = []
    /// Bytes that came, the ones no longer kept included.
    private(set) var count = 0
    private var readingEnd: Int32
    private let limit: Int

    /// - Parameter limit: of a longer output only the end is kept.
    init(limit: Int) throws(RivalError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else {
            throw .notStarted(command: "a pipe", reason: unsafe String(cString: strerror(errno)))
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        (readingEnd, writingEnd) = (ends[0], ends[1])
        self.limit = limit
    }

    /// Waits until there is something to read from one of them, but not for long.
    static func wait(for outputs: [ChildOutput], milliseconds: Int32) {
        var requests = outputs.map { pollfd(fd: $0.readingEnd, events: Int16(POLLIN), revents: 0) }
        _ = unsafe poll(&requests, nfds_t(requests.count), milliseconds)
    }

    /// Takes what is there.
    mutating func drain() {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while readingEnd >= 0 {
            let got = unsafe chunk.withUnsafeMutableBytes { unsafe read(readingEnd, $0.baseAddress, $0.count) }
            if got > 0 {
                count += got
                bytes += chunk[..<got]
                if bytes.count > 2 * limit { bytes.removeFirst(bytes.count - limit) }
            } else if got == 0 {
                // A closed end would be ready forever; poll passes over a negative one.
                closeReading()
            } else if errno != EINTR {
                return
            }
        }
    }

    mutating func closeReading() {
        if readingEnd >= 0 { close(readingEnd) }
        readingEnd = -1
    }

    /// Called once the child has its copy: only then does its end close ours.
    mutating func closeWriting() {
        if writingEnd >= 0 { close(writingEnd) }
        writingEnd = -1
    }

    var text: String { String(decoding: bytes.suffix(limit), as: UTF8.self) }
}
