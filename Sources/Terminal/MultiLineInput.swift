/// Joins lines between `"""` and `"""` into one message, as chat programs have it.
public struct MultiLineInput: Sendable {
    public enum Step: Equatable, Sendable {
        /// A whole message.
        case message(String)
        /// The block is still open: read another line.
        case needsMore
    }

    private static let quotes = "\"\"\""
    private var lines: [String]?

    public init() {}

    public var isOpen: Bool { lines != nil }

    /// Takes the next line.
    public mutating func add(_ line: String) -> Step {
        if lines == nil {
            guard line.hasPrefix(Self.quotes) else { return .message(line) }
            lines = []
            return addInside(String(line.dropFirst(Self.quotes.count)))
        }
        return addInside(line)
    }

    /// The end of input came: what stands in an open block is the message.
    public mutating func finish() -> String? {
        guard let open = lines else { return nil }
        lines = nil
        return Self.joined(open)
    }

    private mutating func addInside(_ line: String) -> Step {
        guard line.hasSuffix(Self.quotes) else {
            lines?.append(line)
            return .needsMore
        }
        let message = Self.joined((lines ?? []) + [String(line.dropLast(Self.quotes.count))])
        lines = nil
        return .message(message)
    }

    /// The quotes may stand on lines of their own, which then are no lines of the message.
    private static func joined(_ lines: [String]) -> String {
        var lines = lines[...]
        if lines.count > 1, lines.first == "" { lines.removeFirst() }
        if lines.count > 1, lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
