/// A profile as people read it.
package struct ProfileTable {
    private let summaries: [ProfileSummary]
    private let threadCount: Int
    private let droppedPasses: Int

    package init(_ summaries: [ProfileSummary], threadCount: Int, droppedPasses: Int) {
        self.summaries = summaries
        self.threadCount = threadCount
        self.droppedPasses = droppedPasses
    }

    package var lines: [String] {
        var lines = Array(summaries.map(lines(of:)).joined(separator: [""]))
        if let note = Self.note(droppedPasses: droppedPasses) { lines += ["", note] }
        return lines
    }

    /// What is missing; nil where nothing is.
    static func note(droppedPasses: Int) -> String? {
        droppedPasses == 0
            ? nil : "The last \(droppedPasses) passes through the model found no room in the profile and are not in it."
    }

    private func lines(of summary: ProfileSummary) -> [String] {
        let width = (summary.rows.map(\.name) + [Self.waiting(threadCount - 1)]).map(\.count).max() ?? 0
        func line(_ name: String, _ cells: String...) -> String {
            let columns = zip(cells, Self.widths).map { $0.aligned(to: $1) }
            return ([name.padded(to: width)] + columns).joined(separator: "  ")
        }
        func share(_ seconds: Double) -> String { fixed(100 * seconds / summary.seconds, digits: 1) + " %" }
        func perToken(_ seconds: Double) -> String { KernelsTable.time(seconds / Double(summary.tokens)) }

        let titles = line("operation", "calls", "share", "per token", "GB/s", "GOP/s")
        let rule = String(repeating: "─", count: titles.count)
        let rate = KernelsTable.threeDigits(Double(summary.tokens) / summary.seconds)
        return [
            "\(summary.phase.rawValue): \(summary.tokens) tokens in \(KernelsTable.time(summary.seconds)), \(rate) a second, "
                + "\(threadCount) thread\(threadCount == 1 ? "" : "s")",
            titles, rule,
        ]
            + summary.rows.map { row in
                line(
                    row.name, row.calls.map(String.init) ?? "", share(row.seconds), perToken(row.seconds),
                    Self.rate(row.bytesRead, row.seconds), Self.rate(2 * row.multiplyAdds, row.seconds))
            }
            + [rule, line("total", "", share(summary.seconds), perToken(summary.seconds))]
            + summary.waitingSeconds.enumerated().map { thread, seconds in
                line(Self.waiting(thread), "", share(seconds), perToken(seconds))
            }
    }

    private static let widths = [7, 7, 10, 6, 6]

    /// Within the operations, so no part of the sum.
    private static func waiting(_ thread: Int) -> String { "of it, thread \(thread) waited" }

    private static func rate(_ count: Int, _ seconds: Double) -> String {
        count > 0 && seconds > 0 ? KernelsTable.threeDigits(Double(count) / seconds / 1e9) : ""
    }
}
