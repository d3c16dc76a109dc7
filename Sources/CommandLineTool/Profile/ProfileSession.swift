import Compute
import Inference
import Transformer

/// What `--profile` asks for: a table, a trace, or both.
struct ProfileSession {
    private let recorder: OperationRecorder
    private let targets: [String]

    /// The target that is a table.
    static let table = "-"

    /// Looks before the long work whether the files will have a place.
    static func check(_ targets: [String]) throws {
        for target in targets where target != table { try OutputFile.check(target) }
    }

    /// Begins to record.
    ///
    /// - Returns: nil where nothing was asked for.
    /// - Throws: exit status 69 where the engine has nothing to tell.
    init?(_ targets: [String], on backend: any InferenceBackend) throws {
        if targets.isEmpty { return nil }
        guard let backend = backend as? TransformerBackend else {
            throw Failure(.unavailable, "--profile: \(backend.properties.engine) does not tell where its time goes")
        }
        recorder = backend.recorder
        self.targets = targets
        try recorder.start()
    }

    /// Ends recording.
    ///
    /// - Parameter promptTokens: how many of the tokens that passed first were the prompt.
    func stop(promptTokens: Int) -> RecordedProfile? {
        recorder.stop().map { RecordedProfile(recording: $0, promptTokens: promptTokens, targets: targets) }
    }
}

/// A recording, and what is to be made of it.
struct RecordedProfile {
    let recording: Recording
    let promptTokens: Int
    let targets: [String]

    /// Writes what was asked for: the table to standard error, for standard output is the answer's.
    func write() throws {
        for target in targets {
            if target == ProfileSession.table {
                StandardError.writeLine(table.lines.joined(separator: "\n"))
            } else {
                try OutputFile.write(to: target, ChromeTrace(recording, promptTokens: promptTokens).write)
                if let note = ProfileTable.note(droppedPasses: recording.droppedPasses) {
                    StandardError.writeLine("swiftlet: \(target): \(note)")
                }
            }
        }
    }

    private var table: ProfileTable {
        ProfileTable(
            ProfileSummary.phases(of: recording, promptTokens: promptTokens), threadCount: recording.threadCount,
            droppedPasses: recording.droppedPasses)
    }
}
