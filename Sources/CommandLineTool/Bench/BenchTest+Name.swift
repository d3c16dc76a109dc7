/// The names that llama-bench gives to tests: `pp512`, `tg128`, `pp512+tg128`, `tg128 @ d2048`.
extension BenchTest {
    var name: String {
        let prompt = promptCount > 0 ? ["pp\(promptCount)"] : []
        let generated = generatedCount > 0 ? ["tg\(generatedCount)"] : []
        return (prompt + generated).joined(separator: "+") + (depth > 0 ? " @ d\(depth)" : "")
    }

    /// Reads a name, also as ik_llama.cpp writes depth (`tg64@pp2048`); nil where it is no such name.
    init?(name: String) {
        let halves = name.filter { $0 != " " }.split(separator: "@", omittingEmptySubsequences: false)
        guard let first = halves.first, halves.count <= 2 else { return nil }
        var counts = ["pp": 0, "tg": 0]
        for part in first.split(separator: "+", omittingEmptySubsequences: false) {
            let kind = String(part.prefix(2))
            guard counts[kind] == 0, let count = Self.count(part.dropFirst(2)) else { return nil }
            counts[kind] = count
        }
        var depth = 0
        if halves.count == 2 {
            guard let prefix = ["d", "pp"].first(where: { halves[1].hasPrefix($0) }),
                let count = Self.count(halves[1].dropFirst(prefix.count))
            else { return nil }
            depth = count
        }
        self.init(promptCount: counts["pp"] ?? 0, generatedCount: counts["tg"] ?? 0, depth: depth)
    }

    private static func count(_ digits: Substring) -> Int? {
        guard let count = Int(digits), (1...maximumCount).contains(count) else { return nil }
        return count
    }

    /// More than any model's context.
    static let maximumCount = 1 << 20
}
