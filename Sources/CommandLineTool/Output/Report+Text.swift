import Foundation

extension Report {
    /// The value on one line, as RFC 8259 defines it: UTF-8, only what must be escaped is.
    var line: String {
        var writer = ReportWriter()
        writer.write(self)
        return writer.text
    }
}

private struct ReportWriter {
    var text = ""

    mutating func write(_ value: Report) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .unsigned(let value): text += String(value)
        case .number(let value, let digits): write(value, digits: digits)
        case .literal(let value): text += value
        case .string(let value): write(value)
        case .array(let elements): writeList(elements, "[", "]") { $0.write($1) }
        case .object(let members):
            writeList(members, "{", "}") { writer, member in
                writer.write(member.name)
                writer.text += ": "
                writer.write(member.value)
            }
        }
    }

    private mutating func writeList<Element>(
        _ elements: [Element], _ opening: String, _ closing: String, _ body: (inout ReportWriter, Element) -> Void
    ) {
        text += opening
        for (index, element) in elements.enumerated() {
            if index > 0 { text += ", " }
            body(&self, element)
        }
        text += closing
    }

    /// JSON knows no infinities; a rate over no time has none to show.
    private mutating func write(_ value: Double, digits: Int) {
        text += value.isFinite ? fixed(value, digits: digits) : "null"
    }

    private mutating func write(_ string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<" ": text += "\\u" + hex4(scalar.value)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    private func hex4(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// A number with a fixed count of digits after the point, in no locale.
func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
}
