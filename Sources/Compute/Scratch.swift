import Tensors

/// Memory that operations use within one call: a piece for each thread, and one that all share.
///
/// Grown when needed and never shrunk, so that nothing is allocated in the steady state. The caller grows the
/// pieces before the threads start; a piece keeps nothing from one call to the next.
@safe package final class Scratch: @unchecked Sendable {
    private var shared: HugePageBuffer?
    private var perThread: [HugePageBuffer?]

    init(threadCount: Int) {
        perThread = Array(repeating: nil, count: threadCount)
    }

    /// At least `byteCount` bytes for all threads together, 64-byte aligned.
    @unsafe package func sharedBytes(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if let buffer = shared, buffer.byteCount >= byteCount { return unsafe buffer.base }
        let buffer = Self.allocate(byteCount)
        shared = buffer
        return unsafe buffer.base
    }

    /// Makes every thread's own piece at least `byteCount` bytes; called before the threads start.
    package func reservePerThread(_ byteCount: Int) {
        for index in perThread.indices where (perThread[index]?.byteCount ?? 0) < byteCount {
            perThread[index] = Self.allocate(byteCount)
        }
    }

    /// The own piece of a thread, 64-byte aligned, as large as was last reserved.
    @unsafe package func bytes(ofThread index: Int) -> UnsafeMutableRawPointer {
        guard let buffer = perThread[index] else { preconditionFailure("no scratch memory was reserved") }
        return unsafe buffer.base
    }

    /// Sizes are rounded up to powers of two, so that slowly growing needs do not reallocate each time.
    private static func allocate(_ byteCount: Int) -> HugePageBuffer {
        var size = 4096
        while size < byteCount { size *= 2 }
        guard let buffer = HugePageBuffer(byteCount: size) else {
            fatalError("out of memory: \(size) bytes of scratch memory were not to be had")
        }
        return buffer
    }
}
