/// Two engines on the tests that both ran, turn by turn.
struct Comparison {
    /// One test of both.
    struct Pair {
        let test: BenchTest
        /// Tokens per second, one figure a turn: the median of what the side measured in it.
        let ours: Statistics
        let theirs: Statistics
        /// Ours through theirs, turn by turn.
        var ratios: Statistics { Statistics(zip(ours.values, theirs.values).map { $0 / $1 }) }
        /// The most memory that a process had, whatever tests it ran.
        let ourPeakBytes: Int
        let theirPeakBytes: Int
    }

    let pairs: [Pair]
    /// What a person should know before believing the ratios.
    let remarks: [String]

    /// - Parameter turns: of both sides, at least one.
    init(_ turns: [(ours: Contest.Turn, theirs: Contest.Turn)]) throws(RivalError) {
        let ourTests = Self.tests(turns.map { $0.ours })
        let theirTests = Self.tests(turns.map { $0.theirs })
        let common = ourTests.filter(theirTests.contains)
        guard !common.isEmpty else {
            throw .nothingInCommon(ours: ourTests.map(\.name), theirs: theirTests.map(\.name))
        }
        pairs = common.map { test in
            Pair(
                test: test, ours: Statistics(turns.map { $0.ours.rate(of: test) }),
                theirs: Statistics(turns.map { $0.theirs.rate(of: test) }),
                ourPeakBytes: turns.map(\.ours.peakMemoryBytes).max() ?? 0,
                theirPeakBytes: turns.map(\.theirs.peakMemoryBytes).max() ?? 0)
        }
        var remarks = ourTests.filter { !common.contains($0) }.map { "only Swiftlet ran \($0.name)" }
        remarks += theirTests.filter { !common.contains($0) }.map { "only the other engine ran \($0.name)" }
        let ourThreads = turns[0].ours.results[0].threads
        if let ourThreads, let theirs = turns[0].theirs.results.compactMap({ $0.threads }).first, ourThreads != theirs {
            remarks.append("Swiftlet ran on \(ourThreads) threads, the other engine on \(theirs)")
        }
        self.remarks = remarks
    }

    /// The tests of a side that stand in every one of its turns, in their order.
    private static func tests(_ turns: [Contest.Turn]) -> [BenchTest] {
        var seen: Set<BenchTest> = []
        return turns[0].results.map(\.test).filter { test in
            seen.insert(test).inserted && turns.allSatisfy { $0.results.contains { $0.test == test } }
        }
    }
}

extension Contest.Turn {
    fileprivate func rate(of test: BenchTest) -> Double {
        Statistics(results.filter { $0.test == test }.flatMap(\.rates)).median
    }
}
