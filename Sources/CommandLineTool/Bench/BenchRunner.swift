import Inference

/// Runs tests on a backend: token ids in, seconds out; no tokeniser and no sampler is near the clock.
struct BenchRunner {
    let backend: any InferenceBackend
    let repetitions: Int

    /// Seconds of each repetition. A warm-up goes before: it grows the cache and wakes the workers.
    func seconds(of test: BenchTest) throws(InferenceError) -> [Double] {
        let sequence = try backend.makeSequence()
        let logits = LogitRows(vocabularySize: backend.properties.vocabularySize)
        try prefill(sequence, count: test.depth, total: test.depth + test.tokenCount, logits)
        var seconds: [Double] = []
        for repetition in 0...repetitions {
            sequence.truncate(to: test.depth)
            if sequence.count < test.depth {
                // A sliding window gave the keys back that a shorter sequence would need.
                try prefill(sequence, count: test.depth, total: test.depth + test.tokenCount, logits)
            }
            let start = ContinuousClock.now
            try run(test, sequence, logits)
            if repetition > 0 { seconds.append((ContinuousClock.now - start) / .seconds(1)) }
        }
        return seconds
    }

    private func run(
        _ test: BenchTest, _ sequence: any InferenceSequence, _ logits: LogitRows
    ) throws(InferenceError) {
        switch test.kind {
        case .prefill(let count):
            try prefill(sequence, count: test.depth + count, total: test.depth + count, logits)
        case .decode(let count):
            for index in 0..<count {
                let slice = SequenceSlice(sequence: sequence, tokens: [token(at: index)], logits: .last)
                try backend.forward([slice], into: logits)
            }
        }
    }

    /// Brings the sequence to `count` tokens, with room for `total`.
    private func prefill(
        _ sequence: any InferenceSequence, count: Int, total: Int, _ logits: LogitRows
    ) throws(InferenceError) {
        var position = try sequence.reserve(totalTokens: total)
        while position < count {
            let end = min(position + backend.properties.prefillChunkTokens, count)
            let slice = SequenceSlice(
                sequence: sequence, tokens: (position..<end).map(token)[...], logits: end == count ? .last : .none)
            try backend.forward([slice], into: logits)
            position = end
        }
    }

    /// Ids scattered over the vocabulary, so that looking up embeddings costs what it costs in earnest.
    private func token(at index: Int) -> Int {
        (index &* 7_919 + 13) % backend.properties.vocabularySize
    }
}
