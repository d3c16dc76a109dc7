/// Words a progress line, e.g. `prefill 1024/3900, 26 tok/s, 110 s left`. Pure, so that its words can be tested.
public struct ProgressText: Sendable {
    /// What is counted.
    public enum Unit: Sendable {
        case tokens
        case bytes
        /// Anything else, by its plural, e.g. `tensors`.
        case items(String)
    }

    public let label: String
    public let unit: Unit

    public init(label: String, unit: Unit) {
        self.label = label
        self.unit = unit
    }

    /// - Parameters:
    ///   - total: nil where nobody knows it.
    ///   - perSecond: nil where too little has been done to tell.
    public func line(done: Int, total: Int?, perSecond: Double?) -> String {
        var parts = ["\(label) \(amount(done: done, total: total))"]
        if let perSecond, perSecond > 0 {
            parts.append(speed(perSecond))
            if let total, total > done { parts.append(Self.duration(Double(total - done) / perSecond) + " left") }
        }
        return parts.joined(separator: ", ")
    }

    private func amount(done: Int, total: Int?) -> String {
        switch unit {
        case .bytes: total.map { "\(Self.bytes(done)) of \(Self.bytes($0))" } ?? Self.bytes(done)
        case .tokens: total.map { "\(done)/\($0)" } ?? "\(done)"
        case .items(let name): total.map { "\(done)/\($0) \(name)" } ?? "\(done) \(name)"
        }
    }

    private func speed(_ perSecond: Double) -> String {
        switch unit {
        case .bytes: Self.bytes(Self.bounded(perSecond)) + "/s"
        case .tokens: Self.rounded(perSecond) + " tok/s"
        case .items: Self.rounded(perSecond) + "/s"
        }
    }

    /// Decimal units, as disks and hubs count: `98.3 MB`.
    public static func bytes(_ count: Int) -> String {
        guard count >= 1_000 else { return "\(count) B" }
        var value = Double(count)
        var unit = "kB"
        value /= 1_000
        for next in ["MB", "GB", "TB"] where value >= 999.95 {
            value /= 1_000
            unit = next
        }
        return "\(tenths(value)) \(unit)"
    }

    /// `45 s`, `3 min 20 s`, `2 h 5 min`.
    public static func duration(_ seconds: Double) -> String {
        let seconds = bounded(seconds.rounded(.up))
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min \(seconds % 60) s"
        default: "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
        }
    }

    private static func rounded(_ value: Double) -> String {
        value < 10 ? tenths(value) : "\(bounded(value.rounded()))"
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = bounded((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// An Int for any double, infinite ones too.
    private static func bounded(_ value: Double) -> Int { value.isNaN ? 0 : Int(min(max(value, 0), 1e15)) }
}
