/// One of a library's settings with its value, by the library's own name for it: `PERFORMANCE_HINT=LATENCY`.
public struct LibrarySetting: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Reads `KEY=VALUE`; the value may be empty, the key may not.
    public init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
        name = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
        guard !argument.utf8.contains(0), name.allSatisfy({ !$0.isWhitespace }) else { return nil }
    }
}
