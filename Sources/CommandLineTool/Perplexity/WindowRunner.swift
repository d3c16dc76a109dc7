import Inference

/// Runs windows through a model, or through two side by side, and hands their logits over some rows at a time: what is in
/// memory at once does not grow with the text, nor with the vocabulary.
struct WindowRunner {
    /// One, or the model and its reference.
    let backends: [any InferenceBackend]
    let windows: TextWindows

    /// Predictions that count, in the order of the text.
    struct Rows {
        /// The ids that followed.
        let targets: [Int]
        /// Of each backend, a row for each target.
        let logits: [LogitRows]
    }

    /// Logits of a backend that are in memory at once.
    private static let logitBytes = 64 << 20

    /// - Parameters:
    ///   - progress: told how many tokens have run.
    ///   - each: called with rows that are overwritten afterwards.
    /// - Returns: of each backend, the seconds that it took.
    /// - Throws: `InferenceError`, what `each` throws, and `CancellationError` between two batches of windows.
    func run(progress: (_ done: Int) -> Void, each: (Rows) throws -> Void) throws -> [Double] {
        let scored = windows.scored
        let rowsPerCall = rowsPerCall
        // Short windows go several at a time, each with its whole second half; long ones alone, in pieces.
        let batch = max(1, min(rowsPerCall / scored.count, windows.count))
        var lanes = try backends.map { try Lane($0, sequences: batch) }
        for first in stride(from: 0, to: windows.count, by: batch) {
            try Task.checkCancellation()
            let inputs = (first..<min(first + batch, windows.count)).map(windows.input)
            for index in lanes.indices {
                try lanes[index].begin(inputs, total: windows.length, unscored: scored.lowerBound)
            }
            for start in stride(from: scored.lowerBound, to: scored.upperBound, by: rowsPerCall) {
                let piece = start..<min(start + rowsPerCall, scored.upperBound)
                for index in lanes.indices { try lanes[index].run(inputs, piece) }
                let targets = inputs.indices.flatMap { window in
                    piece.map { windows.target(first + window, position: $0) }
                }
                try each(Rows(targets: targets, logits: lanes.map(\.logits)))
            }
            progress((first + inputs.count) * (windows.length - 1))
        }
        return lanes.map(\.seconds)
    }

    private var rowsPerCall: Int {
        let vocabulary = backends.map(\.properties.vocabularySize).max() ?? 1
        let chunk = backends.map(\.properties.prefillChunkTokens).min() ?? 1
        return max(1, min(chunk, Self.logitBytes / 4 / vocabulary))
    }
}

/// One backend with its sequences, its logits and its clock.
private struct Lane {
    let backend: any InferenceBackend
    let sequences: [any InferenceSequence]
    let logits: LogitRows
    var seconds = 0.0

    init(_ backend: any InferenceBackend, sequences count: Int) throws(InferenceError) {
        self.backend = backend
        var sequences: [any InferenceSequence] = []
        for _ in 0..<count { sequences.append(try backend.makeSequence()) }
        self.sequences = sequences
        logits = LogitRows(vocabularySize: backend.properties.vocabularySize)
    }

    /// Begins windows from their start, up to the first position that counts.
    mutating func begin(_ inputs: [[Int]], total: Int, unscored: Int) throws(InferenceError) {
        for (sequence, _) in zip(sequences, inputs) {
            sequence.truncate(to: 0)
            _ = try sequence.reserve(totalTokens: total)
        }
        try run(inputs, 0..<unscored, asking: .none)
    }

    /// Goes on with the same positions of all windows, and keeps their logits.
    mutating func run(_ inputs: [[Int]], _ positions: Range<Int>) throws(InferenceError) {
        try run(inputs, positions, asking: .all)
    }

    private mutating func run(
        _ inputs: [[Int]], _ positions: Range<Int>, asking request: SequenceSlice.LogitRequest
    ) throws(InferenceError) {
        let slices = zip(sequences, inputs).map { sequence, ids in
            SequenceSlice(sequence: sequence, tokens: ids[positions], logits: request)
        }
        let start = ContinuousClock.now
        try backend.forward(slices, into: logits)
        seconds += (ContinuousClock.now - start) / .seconds(1)
    }
}
