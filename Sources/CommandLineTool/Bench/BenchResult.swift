/// What a test gave.
struct BenchResult {
    let test: BenchTest
    let samples: [BenchSample]
    /// The most memory that the process has had until the end of the test, what loading took included.
    let peakMemoryBytes: Int?

    /// Tokens per second of each repetition.
    var rates: Statistics { Statistics(samples.map { Double(test.tokenCount) / $0.seconds }) }

    var seconds: Statistics { Statistics(samples.map { $0.seconds }) }

    /// From a prompt's first token in to the logits of its last: the median; nil for tests that do not end there.
    var secondsToFirstToken: Double? { test.endsWithFirstToken ? seconds.median : nil }

    /// The median; nil without a meter.
    var joulesPerToken: Double? {
        let joules = samples.compactMap { $0.joules }
        return joules.isEmpty ? nil : Statistics(joules).median / Double(test.tokenCount)
    }
}

/// One repetition.
struct BenchSample {
    let seconds: Double
    /// What the processor used meanwhile; nil where the machine does not tell.
    let joules: Double?
}
