/// Times a piece of work over and over; the clock stands outside of it.
package struct Stopwatch: Sendable {
    /// Seconds to spend on one piece of work, if its calls are short.
    let budget: Double
    let minimumSamples: Int

    package init(budget: Double, minimumSamples: Int) {
        self.budget = budget
        self.minimumSamples = minimumSamples
    }

    package static let thorough = Stopwatch(budget: 0.02, minimumSamples: 3)
    package static let quick = Stopwatch(budget: 0.005, minimumSamples: 3)

    /// Reading the clock takes 30 ns, an interrupt some µs: in half a millisecond neither counts.
    private static let shortestSample = 0.000_5
    private static let mostSamples = 101

    /// Seconds of one call, in samples of as many calls as are worth a look at the clock. One or two calls go before:
    /// the first fetches what was never touched, and where that may be most of its time, a second tells how long it takes.
    package func samples(_ body: () throws -> Void) rethrows -> Samples {
        let first = try Self.seconds(body)
        let single = first > budget / 10 ? first : try Self.seconds(body)
        let calls = max(1, Int((Self.shortestSample / max(single, 1e-9)).rounded(.up)))
        var samples: [Double] = []
        var spent = 0.0
        while samples.count < minimumSamples || (spent < budget && samples.count < Self.mostSamples) {
            let seconds = try Self.seconds { for _ in 0..<calls { try body() } }
            samples.append(seconds / Double(calls))
            spent += seconds
        }
        return Samples(seconds: samples)
    }

    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start) / .seconds(1)
    }
}

/// Seconds of one call, measured several times.
package struct Samples: Sendable {
    /// Ascending, not empty.
    package let seconds: [Double]

    package init(seconds: [Double]) {
        precondition(!seconds.isEmpty, "nothing was measured")
        self.seconds = seconds.sorted()
    }

    /// Of an even number, the faster of the two in the middle.
    package var median: Double { seconds[(seconds.count - 1) / 2] }
    package var shortest: Double { seconds[0] }
}
