#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The few system calls this module makes on a file descriptor, retried where a signal broke them off.
enum FileDescriptor {
    /// Writes all bytes. False where the other side is gone or the device fails: a closed pipe is an ordinary end.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes[start...].withUnsafeBytes {
                unsafe systemWrite(descriptor, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                start += count
            } else if errno == EAGAIN {
                _ = wait(descriptor, for: Int16(POLLOUT), milliseconds: -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// What stands ready, at most 4,096 bytes; nil at the end of input or on an error.
    static func read(from descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe systemRead(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { return Array(bytes.prefix(count)) }
            if count == 0 { return nil }
            if errno == EAGAIN {
                _ = wait(descriptor, for: Int16(POLLIN), milliseconds: -1)
            } else if errno != EINTR {
                return nil
            }
        }
    }

    /// Whether input comes within the time.
    static func hasInput(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        wait(descriptor, for: Int16(POLLIN), milliseconds: milliseconds)
    }

    private static func wait(_ descriptor: Int32, for events: Int16, milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: events, revents: 0)
        return unsafe poll(&request, 1, milliseconds) > 0
    }
}

private func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, base, count)
}

private func systemRead(_ descriptor: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, base, count)
}
