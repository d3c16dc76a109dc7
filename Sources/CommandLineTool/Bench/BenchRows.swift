/// What a result and a comparison say in a table, under llama-bench's names where it has one.
extension BenchTable.Row {
    /// - Parameter showsEnergy: whether the machine has a meter; without one nothing is shown of it.
    init(_ result: BenchResult, showsEnergy: Bool) {
        let test = result.test
        let seconds = result.seconds
        let first = result.secondsToFirstToken
        var members =
            Self.members(of: test) + Self.members(ofRates: result.rates) + [
                ("avg_ns", .integer(nanoseconds(seconds.mean))),
                ("stddev_ns", .integer(nanoseconds(seconds.standardDeviation))),
                ("samples_ns", .array(seconds.values.map { .integer(nanoseconds($0)) })),
                ("ttft_ms", first.map { .number($0 * 1e3, digits: 3) } ?? .null),
                ("peak_memory_bytes", result.peakMemoryBytes.map { .integer($0) } ?? .null),
            ]
        let rate = "\(fixed(result.rates.mean, digits: 2)) ± \(fixed(result.rates.standardDeviation, digits: 2))"
        var cells = [
            BenchTable.Cell(heading: "test", text: test.name),
            BenchTable.Cell(heading: "t/s", text: rate),
            BenchTable.Cell(heading: "first token", text: first.map { "\(fixed($0 * 1e3, digits: 1)) ms" } ?? ""),
            BenchTable.Cell(heading: "peak memory", text: result.peakMemoryBytes.map(mebibytes) ?? ""),
        ]
        if showsEnergy {
            let joules = result.joulesPerToken
            members.append(("joules_per_token", joules.map { .number($0, digits: 5) } ?? .null))
            cells.append(BenchTable.Cell(heading: "J/token", text: joules.map { fixed($0, digits: 3) } ?? ""))
        }
        self.init(members: members, cells: cells)
    }

    /// - Parameter rival: what the other engine calls itself, or is called by.
    init(_ pair: Comparison.Pair, rival: String) {
        let ratios = pair.ratios
        let members =
            Self.members(of: pair.test) + Self.members(ofRates: pair.ours) + [
                ("peak_memory_bytes", .integer(pair.ourPeakBytes)),
                ("against", .string(rival)),
                ("against_median_ts", .number(pair.theirs.median, digits: 4)),
                ("against_samples_ts", rates(pair.theirs)),
                ("against_peak_memory_bytes", .integer(pair.theirPeakBytes)),
                ("median_ratio", .number(ratios.median, digits: 4)), ("ratios", rates(ratios)),
            ]
        let range = [ratios.values.min(), ratios.values.max()].compactMap { $0.map { fixed($0, digits: 2) } }
        let cells = [
            BenchTable.Cell(heading: "test", text: pair.test.name),
            BenchTable.Cell(heading: "t/s", text: fixed(pair.ours.median, digits: 2)),
            BenchTable.Cell(heading: "\(rival) t/s", text: fixed(pair.theirs.median, digits: 2)),
            BenchTable.Cell(
                heading: "ratio", text: "\(fixed(ratios.median, digits: 2)) (\(range.joined(separator: " to ")))"),
            BenchTable.Cell(heading: "peak memory", text: mebibytes(pair.ourPeakBytes)),
            BenchTable.Cell(heading: "\(rival) peak", text: mebibytes(pair.theirPeakBytes)),
        ]
        self.init(members: members, cells: cells)
    }

    private static func members(of test: BenchTest) -> [(name: String, value: Report)] {
        [
            ("test", .string(test.name)), ("n_prompt", .integer(test.promptCount)),
            ("n_gen", .integer(test.generatedCount)), ("n_depth", .integer(test.depth)),
        ]
    }

    private static func members(ofRates values: Statistics) -> [(name: String, value: Report)] {
        [
            ("avg_ts", .number(values.mean, digits: 4)), ("stddev_ts", .number(values.standardDeviation, digits: 4)),
            ("median_ts", .number(values.median, digits: 4)), ("samples_ts", rates(values)),
        ]
    }
}

private func rates(_ values: Statistics) -> Report { .array(values.values.map { .number($0, digits: 4) }) }

private func nanoseconds(_ seconds: Double) -> Int { Int((seconds * 1e9).rounded()) }
