#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whoever read our standard output has gone, as `head` does; the command ends quietly.
struct ClosedPipe: Error {}

/// Standard output: generated text and reports, nothing else.
///
/// Bytes go straight to the descriptor, so that a token shows when it is written and a closed pipe is an error
/// that can be told from others. Many small lines are gathered with ``writeBuffered(_:)``.
enum StandardOutput {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Writes at once, after what is buffered.
    static func write(_ text: String) throws {
        try writeBuffered(text)
        try flush()
    }

    static func writeLine(_ text: String) throws { try write(text + "\n") }

    /// Writes when 64 KiB have gathered, or at the next ``flush()``.
    static func writeBuffered(_ text: String) throws {
        let isFull = buffer.append(text)
        if isFull { try flush() }
    }

    static func flush() throws {
        try writeAll(buffer.take(), to: STDOUT_FILENO)
    }

    private static let buffer = OutputBuffer()
}

/// Standard error: progress, statistics, complaints. Nobody there to read it is no reason to stop.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func write(_ text: String) { try? writeAll(Array(text.utf8), to: STDERR_FILENO) }

    static func writeLine(_ text: String) { write(text + "\n") }
}

/// Writes all bytes, however many calls the system cuts them into.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = unsafe rest.withUnsafeBytes { bytes in
            #if canImport(Darwin)
                unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
            #else
                unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            #endif
        }
        if written >= 0 {
            rest = rest.dropFirst(written)
        } else if errno == EPIPE {
            throw ClosedPipe()
        } else if errno != EINTR {
            throw Failure(.failure, "cannot write: \(unsafe String(cString: strerror(errno)))")
        }
    }
}
