extension BenchCommand {
    /// Runs our tests and the other engine's command in turn, and writes what both came to.
    func compare(with command: String, _ surroundings: BenchSurroundings) throws {
        let contest = Contest(limitSeconds: turnTimeout)
        let rival = Contest.Side.shell(command)
        var turns: [(ours: Contest.Turn, theirs: Contest.Turn)] = []
        for index in 1...repetitions {
            if StandardError.isTerminal { StandardError.writeLine("swiftlet: turn \(index) of \(repetitions)") }
            turns.append((try contest.turn(of: .swiftlet), try contest.turn(of: rival)))
            // A mistake in the command shall not show after hours.
            _ = try Comparison(turns)
        }
        let comparison = try Comparison(turns)
        for remark in comparison.remarks { StandardError.writeLine("swiftlet: \(remark)") }
        var table = BenchTable(
            format: output,
            setting: BenchSetting(
                report: turns[0].ours.results[0].report, modelHash: surroundings.modelHash,
                bandwidth: surroundings.bandwidth),
            remarks: ["against:   \(command)", "turns:     \(repetitions) of each, in alternation; medians"])
        if let opening = table.opening { try StandardOutput.writeLine(opening) }
        let rivalName = turns[0].theirs.results.compactMap { $0.engine }.first ?? rival.shortName
        for pair in comparison.pairs { try StandardOutput.writeLine(table.add(BenchTable.Row(pair, rival: rivalName))) }
        if let closing = table.closing { try StandardOutput.writeLine(closing) }
    }
}
