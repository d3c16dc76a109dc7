import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM for a command-line program.
///
/// The first Ctrl-C asks the work at hand to stop, the second leaves the process with 130; SIGTERM leaves with 143.
/// Either way terminals get their settings back. A closed pipe (SIGPIPE) is no signal but a failed write.
///
/// Signals arrive through Dispatch, on an ordinary thread: nothing runs inside a signal handler, so any code may run
/// in answer to one, and the answer comes while all other threads compute.
public final class Interrupts: Sendable {
    public enum Event: Equatable, Sendable {
        /// Ctrl-C for the `count`th time since the last ``reset()``.
        case interrupt(count: Int)
        /// SIGTERM; the process leaves right after.
        case terminate
    }

    /// What the second Ctrl-C and SIGTERM end the process with: 128 + the number of the signal.
    public static let interruptedStatus: Int32 = 130
    public static let terminatedStatus: Int32 = 143

    private struct State {
        var count = 0
        var handler: (@Sendable () -> Void)?
        var streams: [Int: AsyncStream<Event>.Continuation] = [:]
        var nextStream = 0
        var cleanups: [Int: @Sendable () -> Void] = [:]
        var nextCleanup = 0
    }

    private let state = Mutex(State())
    private let sources = Mutex<[any DispatchSourceSignal]>([])
    private let leave: @Sendable (Int32) -> Void

    /// Starts listening, for the life of the object. A program makes one, at its start.
    public convenience init() {
        self.init(leave: Interrupts.exitNow)
        listen()
    }

    /// For tests: listens to nothing until ``deliver(_:)`` is called, and leaves by the closure.
    package init(leave: @escaping @Sendable (Int32) -> Void) {
        self.leave = leave
    }

    /// How often Ctrl-C came since the last ``reset()``.
    public var count: Int { state.withLock { $0.count } }

    /// The next Ctrl-C is a first one again: call it when a new work begins.
    public func reset() { state.withLock { $0.count = 0 } }

    /// Runs a work that the first Ctrl-C stops by `onInterrupt`, called on another thread. With no such work
    /// under way, the first Ctrl-C leaves too.
    public nonisolated(nonsending) func whileRunning<Value>(
        onInterrupt: @escaping @Sendable () -> Void, _ work: () async throws -> Value
    ) async rethrows -> Value {
        let outer = state.withLock { state in
            state.count = 0
            let outer = state.handler
            state.handler = onInterrupt
            return outer
        }
        defer { state.withLock { $0.handler = outer } }
        return try await work()
    }

    /// All events from now on. While a stream is read, the first Ctrl-C leaves nothing but an event.
    public func events() -> AsyncStream<Event> {
        AsyncStream { continuation in
            let id = state.withLock { state in
                let id = state.nextStream
                state.nextStream += 1
                state.streams[id] = continuation
                return id
            }
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.streams.removeValue(forKey: id) }
            }
        }
    }

    /// Runs a work that holds what must not outlive this process, a child for one: `cleanUp` is called, on another
    /// thread, before a signal ends the process.
    public func cleaningUp<Value, Failure>(
        _ cleanUp: @escaping @Sendable () -> Void, _ work: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let id = state.withLock { state in
            state.nextCleanup += 1
            state.cleanups[state.nextCleanup] = cleanUp
            return state.nextCleanup
        }
        defer { state.withLock { _ = $0.cleanups.removeValue(forKey: id) } }
        return try work()
    }

    /// Ends the process at once with the terminal restored; threads that still compute are not waited for.
    public static func exitNow(_ status: Int32) {
        RawMode.restoreAll()
        _exit(status)
    }

    /// What a signal sets off.
    package func deliver(_ signal: Int32) {
        guard signal == SIGINT else {
            publish(.terminate)
            cleanUpAndLeave(Self.terminatedStatus)
            return
        }
        let (count, handler, hasReader) = state.withLock { state in
            state.count += 1
            return (state.count, state.handler, !state.streams.isEmpty)
        }
        publish(.interrupt(count: count))
        if count == 1, let handler {
            handler()
        } else if count > 1 || !hasReader {
            cleanUpAndLeave(Self.interruptedStatus)
        }
    }

    private func cleanUpAndLeave(_ status: Int32) {
        // Called outside the lock: a clean-up may take its time, and the work may end meanwhile.
        for cleanUp in state.withLock({ Array($0.cleanups.values) }) { cleanUp() }
        leave(status)
    }

    private func publish(_ event: Event) {
        for stream in state.withLock({ Array($0.streams.values) }) { stream.yield(event) }
    }

    private func listen() {
        signal(SIGPIPE, SIG_IGN)
        sources.withLock { sources in
            for number in [SIGINT, SIGTERM] {
                #if canImport(Darwin)
                    // kqueue reports a signal after its ordinary action, which would end the process.
                    signal(number, SIG_IGN)
                #endif
                let source = DispatchSource.makeSignalSource(signal: number, queue: Self.queue)
                source.setEventHandler { [weak self] in self?.deliver(number) }
                source.resume()
                sources.append(source)
            }
        }
    }

    private static let queue = DispatchQueue(label: "swiftlet.signals", qos: .userInteractive)
}
