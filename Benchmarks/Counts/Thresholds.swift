import Foundation

/// What operations cost when somebody last looked, committed: more than this is a mistake or a decision.
struct Thresholds {
    /// Instructions may grow by this share: compilers differ a little from version to version.
    static let tolerance = 0.03

    /// From the folder of this package. A file for each kind of processor: portable code is another on each.
    static var path: String {
        #if arch(x86_64)
            "Thresholds/counts.x86_64.json"
        #elseif arch(arm64)
            "Thresholds/counts.arm64.json"
        #else
            "Thresholds/counts.json"
        #endif
    }

    private let counts: [String: Count]

    init() throws {
        let data = FileManager.default.contents(atPath: Self.path)
        counts = try data.map { try JSONDecoder().decode([String: Count].self, from: $0) } ?? [:]
    }

    static func write(_ counts: [String: Count]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(counts) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
    }

    /// Lines about what differs, and whether anything got worse.
    func compare(_ found: [String: Count]) -> (lines: [String], isWorse: Bool) {
        var (lines, isWorse) = ([String](), false)
        for name in Set(counts.keys).union(found.keys).sorted() {
            guard let count = found[name] else {
                lines.append("gone      \(name)")
                continue
            }
            guard let threshold = counts[name] else {
                lines.append("new       \(name): \(Self.text(count.instructions)), \(count.allocations) allocations")
                continue
            }
            if count.allocations != threshold.allocations {
                let isMore = count.allocations > threshold.allocations
                isWorse = isWorse || isMore
                lines.append(
                    "\(isMore ? "WORSE" : "better")     \(name): \(count.allocations) allocations, not \(threshold.allocations)"
                )
            }
            if let now = count.instructions, let before = threshold.instructions, before > 0 {
                let change = Double(now) / Double(before) - 1
                if abs(change) > Self.tolerance {
                    isWorse = isWorse || change > 0
                    lines.append(
                        "\(change > 0 ? "WORSE" : "better")     \(name): "
                            + "\(Self.text(now)), not \(Self.text(before)) (\(String(format: "%+.1f", 100 * change)) %)"
                    )
                }
            }
        }
        return (lines, isWorse)
    }

    private static func text(_ instructions: Int?) -> String {
        instructions.map { "\($0) instructions" } ?? "instructions not counted"
    }
}
