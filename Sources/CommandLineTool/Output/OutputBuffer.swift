import Synchronization

/// Bytes on their way to standard output, gathered so that thousands of short lines are few writes.
final class OutputBuffer: Sendable {
    /// The pipe buffer of Linux: a larger write is cut anyway.
    static let capacity = 64 << 10

    private let bytes = Mutex<[UInt8]>([])

    /// - Returns: whether it is time to write.
    func append(_ text: String) -> Bool {
        bytes.withLock { bytes in
            bytes.append(contentsOf: text.utf8)
            return bytes.count >= Self.capacity
        }
    }

    func take() -> [UInt8] {
        bytes.withLock { bytes in
            defer { bytes.removeAll(keepingCapacity: true) }
            return bytes
        }
    }
}
