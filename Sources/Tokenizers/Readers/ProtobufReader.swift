import UntrustedInput

/// The wire format of protocol buffers, over a range of bytes: just what a SentencePiece model needs, every length
/// checked against what is left.
struct ProtobufReader {
    enum Value {
        case varint(UInt64)
        case fixed32(UInt32)
        case fixed64
        /// The range of the bytes of a string or a nested message.
        case bytes(Range<Int>)
    }

    struct Field {
        let number: Int
        let value: Value
    }

    let bytes: [UInt8]
    let file: String
    private var position: Int
    private let end: Int

    init(_ bytes: [UInt8], _ range: Range<Int>, file: String) {
        self.bytes = bytes
        self.file = file
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field, nil at the end.
    mutating func next() throws(InputError) -> Field? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        guard (1...0x1FFF_FFFF).contains(tag >> 3) else {
            throw malformed(start, found: "field number \(tag >> 3)", expected: "a field number from 1 to 536870911")
        }
        let number = Int(tag >> 3)
        switch tag & 7 {
        case 0: return Field(number: number, value: .varint(try varint()))
        case 1:
            _ = try take(8)
            return Field(number: number, value: .fixed64)
        case 2:
            let length = try varint()
            return Field(number: number, value: .bytes(try take(length)))
        case 5:
            let range = try take(4)
            let value = bytes[range].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return Field(number: number, value: .fixed32(value))
        case let type:
            throw malformed(start, found: "wire type \(type)", expected: "wire type 0, 1, 2 or 5")
        }
    }

    private mutating func varint() throws(InputError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else {
                throw .truncated(file: file, field: "varint at byte \(start)", needed: 1, available: 0)
            }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw malformed(start, found: "a varint of more than 10 bytes", expected: "at most 10 bytes")
    }

    private mutating func take(_ length: UInt64) throws(InputError) -> Range<Int> {
        guard length <= UInt64(end - position) else {
            throw .truncated(
                file: file, field: "field at byte \(position)", needed: length, available: UInt64(end - position))
        }
        defer { position += Int(length) }
        return position..<position + Int(length)
    }

    private func malformed(_ start: Int, found: String, expected: String) -> InputError {
        .malformed(file: file, field: "byte \(start)", found: found, expected: expected)
    }
}
