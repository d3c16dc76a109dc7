internal import UntrustedInput

/// Goes through the fields of a protobuf message one by one, every length proven to lie inside.
struct WireReader {
    /// A field as it is written: a number, or the bytes of a text or message.
    struct Field {
        let number: Int
        /// Of the whole field, its tag included.
        let range: Range<Int>
        let value: Value
    }

    enum Value {
        case number(UInt64)
        case bytes(Range<Int>)
    }

    private let bytes: [UInt8]
    private let file: String
    private let end: Int
    private var position: Int

    init(_ bytes: [UInt8], _ range: Range<Int>? = nil, file: String) {
        self.bytes = bytes
        self.file = file
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
    }

    /// The next field, nil at the end of the message.
    mutating func next() throws(InputError) -> Field? {
        guard position < end else { return nil }
        let start = position
        let tag = try variable()
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw malformed(start, "field \(tag >> 3)") }
        let value: Value
        switch tag & 7 {
        case 0: value = .number(try variable())
        case 1: value = .bytes(try take(8, start))
        case 2:
            let count = try variable()
            value = .bytes(try take(count, start))
        case 5: value = .bytes(try take(4, start))
        default: throw malformed(start, "a field of kind \(tag & 7)")
        }
        return Field(number: Int(tag >> 3), range: start..<position, value: value)
    }

    /// The next of numbers that stand one behind the other without tags, nil at the end.
    mutating func nextNumber() throws(InputError) -> UInt64? { position < end ? try variable() : nil }

    private mutating func take(_ count: UInt64, _ start: Int) throws(InputError) -> Range<Int> {
        guard count <= UInt64(end - position) else {
            throw .truncated(
                file: file, field: "byte \(start)", needed: count, available: UInt64(end - position))
        }
        defer { position += Int(count) }
        return position..<position + Int(count)
    }

    /// A number of seven bits a byte, the lowest first.
    private mutating func variable() throws(InputError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw malformed(position, "a number that does not end") }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw malformed(position, "a number of more than ten bytes")
    }

    private func malformed(_ position: Int, _ found: String) -> InputError {
        .malformed(file: file, field: "byte \(position)", found: found, expected: "an ONNX model")
    }
}

/// Writes fields of protobuf messages.
package enum WireWriter {
    package static func message(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        variable(UInt64(number) << 3 | 2) + variable(UInt64(content.count)) + content
    }

    package static func text(_ number: Int, _ text: String) -> [UInt8] { message(number, Array(text.utf8)) }

    package static func number(_ number: Int, _ value: UInt64) -> [UInt8] {
        variable(UInt64(number) << 3) + variable(value)
    }

    private static func variable(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
