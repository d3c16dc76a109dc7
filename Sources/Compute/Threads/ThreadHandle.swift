#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One thread of the operating system, to be joined by its owner.
@safe final class ThreadHandle: @unchecked Sendable {
    private let thread: pthread_t

    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    init(_ body: @escaping @Sendable () -> Void) throws(ComputeError) {
        #if os(Linux)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let start = unsafe Unmanaged.passRetained(Start(body))
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                #if os(Linux)
                    guard let argument = unsafe argument else { return nil }
                #endif
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw .threadNotStarted(code: code)
        }
        #if os(Linux)
            self.thread = thread
        #else
            guard let thread else { throw .threadNotStarted(code: EAGAIN) }
            self.thread = thread
        #endif
    }

    /// Waits for the thread to return.
    func join() { pthread_join(thread, nil) }
}
