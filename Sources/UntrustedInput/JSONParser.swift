extension JSON {
    /// Reads one JSON text.
    ///
    /// - Parameter file: the name that errors give.
    /// - Throws: ``InputError/malformed(file:field:found:expected:)`` with the byte offset as field, or
    ///   ``InputError/limitExceeded(file:field:found:limit:)`` where it nests too deep.
    public init(parsing bytes: [UInt8], file: String) throws(InputError) {
        var parser = JSONParser(bytes: bytes, file: file)
        self = try parser.parseText()
    }

    public init(parsing text: String, file: String) throws(InputError) {
        try self.init(parsing: Array(text.utf8), file: file)
    }
}

/// A recursive-descent reader whose recursion is counted, so that nesting ends in an error and not in the stack.
///
/// A vocabulary is 10 MB of short strings: a string without escapes is validated and copied once, and an integer
/// is summed up while its digits are scanned.
private struct JSONParser {
    let bytes: [UInt8]
    let file: String
    var position = 0
    var depth = 0
    var valueCount = 0

    init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    mutating func parseText() throws(InputError) -> JSON {
        let value = try parseValue()
        skipSpace()
        guard position == bytes.count else { throw error(expected: "the end of the text") }
        return value
    }

    // MARK: Values

    private mutating func parseValue() throws(InputError) -> JSON {
        skipSpace()
        valueCount += 1
        guard valueCount <= Limits.jsonValueCount else {
            throw .limitExceeded(
                file: file, field: "JSON values up to byte \(position)", found: UInt64(valueCount),
                limit: UInt64(Limits.jsonValueCount))
        }
        guard position < bytes.count else { throw error(expected: "a value") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try nested { parser throws(InputError) in try parser.parseObject() }
        case UInt8(ascii: "["): return try nested { parser throws(InputError) in try parser.parseArray() }
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: return try parseNumber()
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(InputError) -> JSON
    ) throws(InputError) -> JSON {
        depth += 1
        guard depth <= Limits.jsonDepth else {
            throw .limitExceeded(
                file: file, field: "JSON nesting at byte \(position)", found: UInt64(depth),
                limit: UInt64(Limits.jsonDepth))
        }
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func parseObject() throws(InputError) -> JSON {
        position += 1
        var members: [String: JSON] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw error(expected: "a member name")
            }
            let start = position
            let name = try parseString()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error(expected: "':'") }
            let value = try parseValue()
            guard members.updateValue(value, forKey: name) == nil else {
                throw .malformed(
                    file: file, field: "byte \(start)", found: "the key \"\(name)\" a second time",
                    expected: "each key once")
            }
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw error(expected: "',' or '}'") }
        }
    }

    private mutating func parseArray() throws(InputError) -> JSON {
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try parseValue())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw error(expected: "',' or ']'") }
        }
    }

    private mutating func parseWord(_ word: String, _ value: JSON) throws(InputError) -> JSON {
        for character in word.utf8 {
            guard take(character) else { throw error(expected: "\"\(word)\"") }
        }
        return value
    }

    private mutating func parseNumber() throws(InputError) -> JSON {
        let start = position
        var isInteger = true
        let isNegative = take(UInt8(ascii: "-"))
        guard let magnitude = scanInteger() else {
            position = start
            throw error(expected: "a value")
        }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard skipDigits() else { throw error(expected: "a digit") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() else { throw error(expected: "a digit") }
        }
        if isInteger, magnitude < .max { return .integer(isNegative ? -magnitude : magnitude) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            position = start
            throw error(expected: "a finite number")
        }
        return .number(value)
    }

    /// The digits before a fraction, with no zero in front; saturated at `Int.max`; nil where there are none.
    private mutating func scanInteger() -> Int? {
        let start = position
        var magnitude = 0
        while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
            // Saturated, it stays so: .max times ten overflows again.
            let (tens, isLarge) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = tens.addingReportingOverflow(Int(bytes[position] - UInt8(ascii: "0")))
            magnitude = isLarge || isLarger ? .max : sum
            position += 1
        }
        guard position > start else { return nil }
        return position - start > 1 && bytes[start] == UInt8(ascii: "0") ? nil : magnitude
    }

    // MARK: Strings

    private mutating func parseString() throws(InputError) -> String {
        position += 1
        var start = position
        var pieces = ""
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let last = try text(start..<position)
                position += 1
                return pieces.isEmpty ? last : pieces + last
            case UInt8(ascii: "\\"):
                pieces += try text(start..<position)
                position += 1
                pieces.unicodeScalars.append(try parseEscape())
                start = position
            case 0..<0x20:
                throw error(expected: "no control character in a string")
            default:
                position += 1
            }
        }
        throw error(expected: "the end of the string")
    }

    private func text(_ range: Range<Int>) throws(InputError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw .malformed(
                file: file, field: "byte \(range.lowerBound)", found: "bytes that are not UTF-8", expected: "UTF-8")
        }
        return text
    }

    private mutating func parseEscape() throws(InputError) -> Unicode.Scalar {
        guard position < bytes.count else { throw error(expected: "an escape") }
        let character = bytes[position]
        position += 1
        switch character {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(character)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try parseUnicodeEscape()
        default:
            position -= 1
            throw error(expected: "an escape")
        }
    }

    private mutating func parseUnicodeEscape() throws(InputError) -> Unicode.Scalar {
        let high = try parseHex4()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw error(expected: "a surrogate pair")
        }
        let low = try parseHex4()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        else { throw error(expected: "a surrogate pair") }
        return scalar
    }

    private mutating func parseHex4() throws(InputError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw error(expected: "four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Characters

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ character: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == character else { return false }
        position += 1
        return true
    }

    private mutating func skipDigits() -> Bool {
        let start = position
        while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
            position += 1
        }
        return position > start
    }

    private func error(expected: String) -> InputError {
        let found =
            position < bytes.count ? "byte 0x\(String(bytes[position], radix: 16))" : "the end of the text"
        return .malformed(file: file, field: "byte \(position)", found: found, expected: expected)
    }
}
