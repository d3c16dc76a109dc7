import Tensors
import UntrustedInput

/// A place in the header of a GGUF file. Every step is checked against the end of the file before a byte is read.
struct GGUFCursor {
    let file: MappedFile
    private(set) var position = 0

    init(_ file: MappedFile) { self.file = file }

    /// Steps over `count` bytes.
    ///
    /// - Returns: their range.
    mutating func take(_ count: UInt64, field: @autoclosure () -> String) throws(InputError) -> Range<Int> {
        let available = file.byteCount - position
        guard count <= UInt64(available) else {
            throw .truncated(
                file: file.path, field: "\(field()) at byte \(position)", needed: count, available: UInt64(available))
        }
        // Lies between two values of Int: it is no more than what is available.
        let range = position..<position + Int(count)
        guard range.upperBound <= Limits.headerBytes else {
            throw .limitExceeded(
                file: file.path, field: "\(field()): header size", found: UInt64(range.upperBound),
                limit: UInt64(Limits.headerBytes))
        }
        position = range.upperBound
        return range
    }

    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, field: @autoclosure () -> String
    ) throws(InputError) -> Value {
        let range = try take(UInt64(MemoryLayout<Value>.size), field: field())
        return file.integer(at: range.lowerBound)
    }

    /// A count that must not pass a limit.
    mutating func count(limit: Int, field: String) throws(InputError) -> Int {
        let value = try integer(UInt64.self, field: field)
        guard value <= UInt64(limit) else {
            throw .limitExceeded(file: file.path, field: field, found: value, limit: UInt64(limit))
        }
        return Int(value)
    }

    /// Steps over a string: its length in bytes as a 64-bit integer, then the bytes.
    mutating func stringRange(limit: Int, field: @autoclosure () -> String) throws(InputError) -> Range<Int> {
        let length = try integer(UInt64.self, field: "\(field()): string length")
        guard length <= UInt64(limit) else {
            throw .limitExceeded(
                file: file.path, field: "\(field()): string length", found: length, limit: UInt64(limit))
        }
        return try take(length, field: field())
    }

    /// A string that names something: not empty, UTF-8.
    mutating func name(limit: Int, field: String) throws(InputError) -> String {
        let range = try stringRange(limit: limit, field: field)
        guard !range.isEmpty, let name = file.string(range) else {
            throw .malformed(
                file: file.path, field: field, found: range.isEmpty ? "an empty name" : "bytes that are not UTF-8",
                expected: "a name in UTF-8")
        }
        return name
    }

    mutating func valueType(field: String) throws(InputError) -> GGUFValueType {
        let number = try integer(UInt32.self, field: "\(field): value type")
        guard let type = GGUFValueType(rawValue: number) else {
            throw .malformed(
                file: file.path, field: "\(field): value type", found: "\(number)", expected: "a type from 0 to 12")
        }
        return type
    }
}
