import UntrustedInput

/// Reads the flat JSON of vocabularies and merges (strings, integers, brackets) without making a value of each.
struct PieceReader {
    let bytes: [UInt8]
    let file: String
    let field: String
    private let end: Int
    private var position: Int
    /// The string last read, without its escapes.
    private(set) var string: [UInt8] = []

    init(_ bytes: [UInt8], _ range: Range<Int>, file: String, field: String) {
        self.bytes = bytes
        self.file = file
        self.field = field
        position = range.lowerBound
        end = range.upperBound
    }

    /// Takes the character after white space, if it is this one.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(InputError) {
        guard take(character) else { throw error(expected: "'\(character)'") }
    }

    /// Whether a string comes next.
    mutating func isAtString() -> Bool {
        skipSpace()
        return position < end && bytes[position] == UInt8(ascii: "\"")
    }

    /// A non-negative integer.
    mutating func readID() throws(InputError) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < end, (0x30...0x39).contains(bytes[position]), position - start < 18 {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        let isWhole = position < end && [0x2C, 0x7D, 0x20, 0x0A, 0x0D, 0x09].contains(bytes[position])
        let hasLeadingZero = position - start > 1 && bytes[start] == 0x30
        guard position > start, isWhole, !hasLeadingZero else {
            position = start
            throw error(expected: "an id, a whole number")
        }
        return value
    }

    /// Reads a string into ``string``.
    mutating func readString() throws(InputError) {
        try expect("\"")
        string.removeAll(keepingCapacity: true)
        var isASCII = true
        while position < end {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard isASCII || String(validating: string, as: UTF8.self) != nil else {
                    throw error(expected: "UTF-8")
                }
                return
            case UInt8(ascii: "\\"):
                position += 1
                try readEscape()
                isASCII = false
            case 0..<0x20:
                throw error(expected: "no control character in a string")
            default:
                if byte >= 0x80 { isASCII = false }
                string.append(byte)
                position += 1
            }
        }
        throw error(expected: "the end of the string")
    }

    func error(expected: String) -> InputError {
        let found = position < end ? "byte 0x\(String(bytes[position], radix: 16))" : "the end of the text"
        return .malformed(file: file, field: "\(field), byte \(position)", found: found, expected: expected)
    }

    // MARK: Characters

    private mutating func skipSpace() {
        while position < end, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
    }

    private mutating func readEscape() throws(InputError) {
        guard position < end else { throw error(expected: "an escape") }
        let character = bytes[position]
        position += 1
        switch character {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): string.append(character)
        case UInt8(ascii: "b"): string.append(0x08)
        case UInt8(ascii: "f"): string.append(0x0C)
        case UInt8(ascii: "n"): string.append(0x0A)
        case UInt8(ascii: "r"): string.append(0x0D)
        case UInt8(ascii: "t"): string.append(0x09)
        case UInt8(ascii: "u"): string += Array(String(try readUnicodeEscape()).utf8)
        default:
            position -= 1
            throw error(expected: "an escape")
        }
    }

    private mutating func readUnicodeEscape() throws(InputError) -> Unicode.Scalar {
        let high = try readHex4()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw error(expected: "a surrogate pair") }
        position += 2
        let low = try readHex4()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        else { throw error(expected: "a surrogate pair") }
        return scalar
    }

    private mutating func readHex4() throws(InputError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < end, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw error(expected: "four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
