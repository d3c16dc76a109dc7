import Foundation

/// Two benchmarks that take turns, each turn a process of its own: A B A B.
///
/// Both sides load, warm up, measure and leave, so neither holds memory, caches or threads while the other is measured,
/// and both are measured by the same means. What drifts in a shared machine meets both alike, so the ratio of
/// two turns that follow each other says more than either of them.
struct Contest {
    /// What one side ran in one turn.
    struct Turn {
        let results: [RivalOutput.Result]
        /// The most memory that the process had, as the system tells at its end.
        let peakMemoryBytes: Int
    }

    /// The program and its arguments.
    struct Side {
        let arguments: [String]
        /// How messages call it.
        let name: String

        /// The program's own name, for a column.
        var shortName: String {
            let program = name.split(separator: " ").first ?? ""
            return String(program.split(separator: "/").last ?? program)
        }

        /// This very program, told to run one turn of the same tests.
        static var swiftlet: Side {
            let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
            let words = CommandLine.arguments.dropFirst()
            // `--turn` stands first: a model may follow `--`.
            return Side(arguments: [path] + words.prefix(1) + ["--turn"] + words.dropFirst(), name: "swiftlet bench")
        }

        /// A command of the shell.
        static func shell(_ command: String) -> Side {
            Side(arguments: ["/bin/sh", "-c", command], name: command)
        }
    }

    let limitSeconds: Int

    private static let outputLimit = 16 << 20
    private static let errorLimit = 16 << 10
    /// How often a child that is silent is looked at: seldom enough to cost it nothing.
    private static let tick: Int32 = 100

    func turn(of side: Side) throws(RivalError) -> Turn {
        let (text, peak) = try run(side)
        return Turn(results: try RivalOutput(parsing: text, command: side.name).results, peakMemoryBytes: peak)
    }

    /// Runs one process to its end: what it wrote, and the most memory it had.
    func run(_ side: Side) throws(RivalError) -> (text: String, peakMemoryBytes: Int) {
        var output = try ChildOutput(limit: Self.outputLimit)
        defer { output.closeReading() }
        var errors = try ChildOutput(limit: Self.errorLimit)
        defer { errors.closeReading() }
        let child = try Self.start(side, &output, &errors)
        let deadline = ContinuousClock.now + .seconds(limitSeconds)
        var isRunning = true
        defer { if isRunning { child.end() } }
        return try Interruption.listener.cleaningUp({ child.end() }) { () throws(RivalError) in
            while true {
                ChildOutput.wait(for: [output, errors], milliseconds: Self.tick)
                let end = child.reap()
                // Ended because of a signal to us, on another thread that is about to leave: nothing more to say.
                if child.wasEnded { while true { sleep(1) } }
                output.drain()
                errors.drain()
                if let end {
                    isRunning = false
                    guard end.ending == .left(status: 0) else {
                        throw .failed(command: side.name, ending: end.ending, errors: errors.text)
                    }
                    return (output.text, end.peakMemoryBytes)
                }
                if output.count > Self.outputLimit {
                    throw .tooMuchOutput(command: side.name, limit: Self.outputLimit)
                }
                if ContinuousClock.now > deadline {
                    throw .timedOut(command: side.name, seconds: limitSeconds, errors: errors.text)
                }
            }
        }
    }

    private static func start(
        _ side: Side, _ output: inout ChildOutput, _ errors: inout ChildOutput
    ) throws(RivalError) -> ChildProcess {
        defer {
            output.closeWriting()
            errors.closeWriting()
        }
        return try ChildProcess(side.arguments, output: output.writingEnd, errors: errors.writingEnd)
    }
}
