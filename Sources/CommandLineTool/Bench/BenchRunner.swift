import Compute
import Inference

/// Runs tests on a backend: token ids in, seconds out; no tokeniser and no sampler is near the clock.
struct BenchRunner {
    let backend: any InferenceBackend
    let repetitions: Int
    let meter: EnergyMeter?
    /// Where to tell where the time goes, in a repetition of its own; nowhere if empty.
    var profile: [String] = []

    /// Enough single tokens to wake the workers and to bring the kernels' code into the caches.
    private static let warmUpTokens = 8

    /// Runs a test. A warm-up goes before: the prompt once, and a few of the single tokens.
    func result(of test: BenchTest) throws -> BenchResult {
        let sequence = try backend.makeSequence()
        let logits = LogitRows(vocabularySize: backend.properties.vocabularySize)
        try bring(sequence, to: test.depth, for: test, logits)
        let warmUp = BenchTest(
            promptCount: test.promptCount, generatedCount: min(test.generatedCount, Self.warmUpTokens),
            depth: test.depth)
        try run(warmUp, sequence, logits)
        let samples = try samples(of: test, sequence, logits)
        let peak = SystemMemory.peakBytes
        if !profile.isEmpty {
            sequence.truncate(to: test.depth)
            try bring(sequence, to: test.depth, for: test, logits)
            let session = try ProfileSession(profile, on: backend)
            try run(test, sequence, logits)
            try session?.stop(promptTokens: test.promptCount)?.write()
        }
        return BenchResult(test: test, samples: samples, peakMemoryBytes: peak)
    }

    private func samples(
        of test: BenchTest, _ sequence: any InferenceSequence, _ logits: LogitRows
    ) throws(InferenceError) -> [BenchSample] {
        var samples: [BenchSample] = []
        for _ in 0..<repetitions {
            sequence.truncate(to: test.depth)
            // A sliding window gave the keys back that a shorter sequence would need.
            try bring(sequence, to: test.depth, for: test, logits)
            let energy = meter?.read()
            let start = ContinuousClock.now
            try run(test, sequence, logits)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            samples.append(BenchSample(seconds: seconds, joules: energy.flatMap { meter?.joules(since: $0) }))
        }
        return samples
    }

    private func run(
        _ test: BenchTest, _ sequence: any InferenceSequence, _ logits: LogitRows
    ) throws(InferenceError) {
        if test.promptCount > 0 { try bring(sequence, to: test.depth + test.promptCount, for: test, logits) }
        // In memory kept from token to token: a pass allocates nothing, and its measurement should not either.
        let ids = (0..<test.generatedCount).map(token)
        var slices: [SequenceSlice] = []
        for index in ids.indices {
            slices.removeAll(keepingCapacity: true)
            slices.append(SequenceSlice(sequence: sequence, tokens: ids[index...index], logits: .last))
            try backend.forward(slices, into: logits)
        }
    }

    /// Brings the sequence to `count` tokens, with room for the whole test. Nothing where it is there already.
    private func bring(
        _ sequence: any InferenceSequence, to count: Int, for test: BenchTest, _ logits: LogitRows
    ) throws(InferenceError) {
        var position = try sequence.reserve(totalTokens: test.depth + test.tokenCount)
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
