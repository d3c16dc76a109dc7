package import Compute

/// Where the time of a recording went, in one of its phases.
package struct ProfileSummary {
    /// What the time is told by.
    package struct Row {
        /// The operation, or what was done between operations.
        package let name: String
        /// nil where there is nothing to count.
        package var calls: Int?
        /// As the caller saw it: the rows of a phase add up to its time.
        package var seconds = 0.0
        package var bytesRead = 0
        package var multiplyAdds = 0
    }

    /// The reading of a prompt, up to the first token drawn from it, or the generating of what follows.
    package enum Phase: String, CaseIterable {
        case prompt, generation
    }

    package let phase: Phase
    package let tokens: Int
    package let seconds: Double
    /// Operations, longest first, then what lay between them.
    package let rows: [Row]
    /// For each thread, the seconds within operations in which it waited for the others: to be called, or at the barrier.
    package let waitingSeconds: [Double]

    package static let betweenOperations = "between operations"
    package static let betweenPasses = "between passes: sampling, text"
}

extension ProfileSummary {
    /// The phases of a recording that have tokens.
    ///
    /// - Parameter promptTokens: how many of the tokens that passed first were the prompt.
    package static func phases(of recording: Recording, promptTokens: Int) -> [ProfileSummary] {
        let split = recording.firstGenerationPass(promptTokens: promptTokens)
        let passes = recording.passes
        let boundary = split < passes.count ? passes[split].time.start : recording.time.end
        return [
            ProfileSummary(
                .prompt, recording, passes: passes[..<split],
                time: RecordedSpan(start: recording.time.start, end: boundary)),
            ProfileSummary(
                .generation, recording, passes: passes[split...],
                time: RecordedSpan(start: boundary, end: recording.time.end)),
        ].filter { $0.tokens > 0 }
    }

    private init(
        _ phase: Phase, _ recording: Recording, passes: ArraySlice<Recording.Pass>, time: RecordedSpan
    ) {
        var rows: [Row] = []
        var places: [String: Int] = [:]
        var waiting = [Double](repeating: 0, count: recording.threadCount)
        for index in passes.flatMap(\.operations) {
            let operation = recording.operations[index]
            let work = operation.work
            let place = places[work.name] ?? rows.count
            if place == rows.count {
                places[work.name] = place
                rows.append(Row(name: work.name, calls: 0))
            }
            rows[place].calls = (rows[place].calls ?? 0) + 1
            rows[place].seconds += operation.time.seconds
            rows[place].bytesRead += work.bytesRead
            rows[place].multiplyAdds += work.multiplyAdds
            for thread in waiting.indices {
                let own = recording.span(operation: index, thread: thread)?.seconds ?? 0
                waiting[thread] += operation.time.seconds - own
            }
        }
        let inOperations = rows.reduce(0) { $0 + $1.seconds }
        let inPasses = passes.reduce(0) { $0 + $1.time.seconds }
        self.phase = phase
        tokens = passes.reduce(0) { $0 + $1.tokens }
        seconds = time.seconds
        self.rows =
            rows.sorted { $0.seconds > $1.seconds } + [
                Row(name: Self.betweenOperations, seconds: inPasses - inOperations),
                Row(name: Self.betweenPasses, seconds: time.seconds - inPasses),
            ]
        waitingSeconds = waiting
    }
}

extension Recording {
    /// The number of the first pass that is not of the prompt.
    func firstGenerationPass(promptTokens: Int) -> Int {
        var rest = promptTokens
        return passes.firstIndex { pass in
            defer { rest -= pass.tokens }
            return rest <= 0
        } ?? passes.count
    }
}
