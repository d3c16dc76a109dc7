import Terminal

/// What Ctrl-C and SIGTERM do to this process.
enum Interruption {
    /// Listens from the first use on: until a work says otherwise, the first Ctrl-C leaves with 130.
    static let listener = Interrupts()
}

/// Runs a work that the first Ctrl-C cancels, so that it can come to an orderly end; the second leaves at once.
func stoppable<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task { try await work() }
    return try await Interruption.listener.whileRunning(onInterrupt: { task.cancel() }) { try await task.value }
}
