/// `bytes 100-199/1000` or `bytes 100-199/*` (RFC 9110 §14.4).
struct ContentRange: Equatable {
    let first: Int
    /// nil where the server doesn't know.
    let total: Int?

    init?(_ header: String) {
        let unit = "bytes "
        guard header.lowercased().hasPrefix(unit) else { return nil }
        let parts = header.dropFirst(unit.count).split(separator: "/")
        guard parts.count == 2 else { return nil }
        let ends = parts[0].split(separator: "-").map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 0, last >= first else { return nil }
        if parts[1] == "*" {
            total = nil
        } else if let total = Int(parts[1]), total > last {
            self.total = total
        } else {
            return nil
        }
        self.first = first
    }
}
