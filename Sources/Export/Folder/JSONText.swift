import UntrustedInput

/// JSON in the order that the writer gives it, indented by two spaces as transformers does it.
enum JSONText: Sendable {
    case raw(String)
    case string(String)
    case list([JSONText])
    case object([(key: String, value: JSONText)])

    static func integer(_ value: Int) -> JSONText { .raw(String(value)) }
    static func bool(_ value: Bool) -> JSONText { .raw(value ? "true" : "false") }
    static let null = JSONText.raw("null")

    /// - Precondition: finite; JSON has no other numbers.
    static func number(_ value: Double) -> JSONText {
        precondition(value.isFinite, "\(value) is no number of JSON")
        return .raw("\(value)")
    }

    static func number(_ value: Float) -> JSONText {
        precondition(value.isFinite, "\(value) is no number of JSON")
        return .raw("\(value)")
    }

    func text(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .raw(let text): return text
        case .string(let text): return Self.quoted(text)
        case .list(let values):
            return "[" + values.map { $0.text(indent: inner) }.joined(separator: ", ") + "]"
        case .object(let members):
            let lines = members.map { "\(inner)\(Self.quoted($0.key)): \($0.value.text(indent: inner))" }
            return members.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
