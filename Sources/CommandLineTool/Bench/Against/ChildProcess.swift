#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Foundation
import Synchronization

/// A child process in a process group of its own: whatever it starts is reached, and ended, with it.
///
/// Foundation's `Process` keeps to itself what the system tells when a child ends: the most memory it had.
final class ChildProcess: Sendable {
    let id: pid_t
    private let isEnding = Atomic(false)

    /// Whether ``end()`` was called.
    var wasEnded: Bool { isEnding.load(ordering: .acquiring) }

    /// How a child ended.
    enum Ending: Equatable {
        case left(status: Int32)
        case signalled(Int32)
    }

    /// Starts a program with no standard input.
    ///
    /// - Parameters:
    ///   - arguments: the program's path first.
    ///   - output: the descriptor that becomes its standard output, `errors` the one for its standard error.
    init(_ arguments: [String], output: Int32, errors: Int32) throws(RivalError) {
        #if canImport(Darwin)
            var attributes: posix_spawnattr_t?
            var actions: posix_spawn_file_actions_t?
        #else
            var attributes = posix_spawnattr_t()
            var actions = unsafe posix_spawn_file_actions_t()
        #endif
        unsafe posix_spawnattr_init(&attributes)
        unsafe posix_spawn_file_actions_init(&actions)
        defer {
            unsafe posix_spawnattr_destroy(&attributes)
            unsafe posix_spawn_file_actions_destroy(&actions)
        }
        // Ignored signals are inherited: a closed pipe shall end the child as it ends any program.
        var defaults = sigset_t()
        unsafe sigemptyset(&defaults)
        for signal in [SIGPIPE, SIGINT, SIGTERM] { unsafe sigaddset(&defaults, signal) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF))
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)

        let variables = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var environment = unsafe variables.map { unsafe strdup($0) } + [nil]
        defer { unsafe (words + environment).forEach { unsafe free($0) } }
        var id = pid_t()
        let failure = unsafe posix_spawn(&id, arguments[0], &actions, &attributes, &words, &environment)
        guard failure == 0 else {
            throw .notStarted(command: arguments[0], reason: unsafe String(cString: strerror(failure)))
        }
        self.id = id
    }

    /// Whether the child has ended, and how; it is then gone, with what it had left running.
    ///
    /// - Returns: nil while it runs. The bytes are the most memory that it, or a process it waited for, had at once.
    func reap(waiting: Bool = false) -> (ending: Ending, peakMemoryBytes: Int)? {
        var status: Int32 = 0
        var usage = rusage()
        var found: pid_t
        repeat { found = unsafe wait4(id, &status, waiting ? 0 : WNOHANG, &usage) } while found < 0 && errno == EINTR
        if found == 0 { return nil }
        kill(-id, SIGKILL)
        // Somebody else may have waited for it: the one who ends it because of a signal to us.
        guard found == id else { return (.signalled(SIGKILL), 0) }
        #if canImport(Darwin)
            let peak = usage.ru_maxrss
        #else
            let peak = usage.ru_maxrss << 10
        #endif
        let signal = status & 0x7f
        return (signal == 0 ? .left(status: status >> 8 & 0xff) : .signalled(signal), peak)
    }

    /// Ends the child and all it started: asks, and after a second insists.
    func end() {
        isEnding.store(true, ordering: .releasing)
        kill(-id, SIGTERM)
        for _ in 0..<100 {
            if reap() != nil { return }
            usleep(10_000)
        }
        kill(-id, SIGKILL)
        _ = reap(waiting: true)
    }
}
