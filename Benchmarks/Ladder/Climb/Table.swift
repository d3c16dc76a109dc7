import Foundation

/// The ladder as a Markdown table: readable as it is printed, and ready for a page.
struct Table {
    private var rows: [[String]] = [
        [
            "step", "what changed", "why", "1 token: G/s", "GB/s", "gain", "64 tokens: G/s", "gain",
            "against step 1",
        ]
    ]
    private var previous: Measurement?

    mutating func add(_ m: Measurement, check: String) {
        rows.append([
            "\(m.rung.number)", m.rung.change, m.rung.reason, number(m.decodeSpeed), number(m.bandwidth),
            gain(m.decodeSpeed, previous?.decodeSpeed), number(m.promptSpeed),
            gain(m.promptSpeed, previous?.promptSpeed), check,
        ])
        previous = m
    }

    mutating func addSkipped(_ rung: Rung, _ missing: String) {
        rows.append(["\(rung.number)", rung.change, rung.reason, "", "", "", "", "", "skipped: needs \(missing)"])
    }

    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            "| "
                + zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                .joined(separator: " | ") + " |"
        }
        lines.insert("| " + widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ") + " |", at: 1)
        return lines.joined(separator: "\n")
    }

    private func number(_ value: Double) -> String { String(format: value < 10 ? "%.2f" : "%.1f", value) }

    private func gain(_ value: Double, _ previous: Double?) -> String {
        previous.map { String(format: "× %.2f", value / $0) } ?? ""
    }
}
