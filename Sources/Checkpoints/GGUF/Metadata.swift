import Tensors
import UntrustedInput

/// The key-value pairs of a GGUF file.
///
/// Opening walks over the values and keeps where each stands; a getter decodes one when it is asked for. So a
/// vocabulary of 200,000 strings costs nothing until a tokenizer wants it, and a value of the wrong type is an error
/// of whoever asks, named by its key.
public struct Metadata: Sendable {
    /// The file that errors name.
    public let file: String
    /// In the order of the file.
    public let keys: [String]
    let values: [String: Value]
    let storage: MappedFile?

    /// Where a value stands, its extent proven.
    struct Value: Sendable {
        let type: GGUFValueType
        /// Of an array: the type of its elements.
        let elementType: GGUFValueType?
        /// Elements of an array; 1 for all else.
        let count: Int
        /// The bytes of the value; of an array, its elements; of a string, its text without the length.
        let range: Range<Int>

        var typeName: String { elementType.map { "array of \($0.name)" } ?? type.name }
    }

    /// For formats that have none.
    static func none(file: String) -> Metadata {
        Metadata(file: file, keys: [], values: [:], storage: nil)
    }

    private init(file: String, keys: [String], values: [String: Value], storage: MappedFile?) {
        self.file = file
        self.keys = keys
        self.values = values
        self.storage = storage
    }

    init(_ cursor: inout GGUFCursor, count: Int) throws(InputError) {
        var keys: [String] = []
        var values: [String: Value] = [:]
        for index in 0..<count {
            let key = try cursor.name(limit: Limits.metadataKeyBytes, field: "key of metadata \(index)")
            let value = try Value(&cursor, key: key)
            guard values.updateValue(value, forKey: key) == nil else {
                throw .malformed(
                    file: cursor.file.path, field: key, found: "the key a second time", expected: "unique keys")
            }
            keys.append(key)
        }
        self.init(file: cursor.file.path, keys: keys, values: values, storage: cursor.file)
    }

    /// Bytes that a string may have which is a value of its own; those of arrays are shorter.
    static func stringLimit(_ key: String) -> Int {
        key.hasPrefix("tokenizer.") ? Limits.tokenizerBytes : Limits.metadataStringBytes
    }

    public func contains(_ key: String) -> Bool { values[key] != nil }

    /// The type of a value in words, such as "uint32" or "array of string"; nil where there is no such key.
    public func typeName(of key: String) -> String? { values[key]?.typeName }

    /// The number of elements of an array; nil where there is no such key or it is no array.
    public func arrayCount(_ key: String) -> Int? {
        values[key].flatMap { $0.type == .array ? $0.count : nil }
    }
}

extension Metadata.Value {
    /// Steps over a value.
    init(_ cursor: inout GGUFCursor, key: String) throws(InputError) {
        let type = try cursor.valueType(field: key)
        switch type {
        case .string:
            let range = try cursor.stringRange(limit: Metadata.stringLimit(key), field: key)
            self.init(type: type, elementType: nil, count: 1, range: range)
        case .array:
            try self.init(arrayAt: &cursor, key: key)
        default:
            let range = try cursor.take(UInt64(type.fixedBytes ?? 0), field: key)
            self.init(type: type, elementType: nil, count: 1, range: range)
        }
    }

    private init(arrayAt cursor: inout GGUFCursor, key: String) throws(InputError) {
        let elementType = try cursor.valueType(field: key)
        let count = try cursor.integer(UInt64.self, field: "\(key): array length")
        let start = cursor.position
        if let elementBytes = elementType.fixedBytes {
            let (bytes, overflow) = count.multipliedReportingOverflow(by: UInt64(elementBytes))
            _ = try cursor.take(overflow ? .max : bytes, field: key)
        } else if elementType == .string {
            // Each takes at least the eight bytes of its length: a count past the file's end is refused at once.
            let available = UInt64(cursor.file.byteCount - start)
            guard count <= available / 8 else {
                throw .truncated(
                    file: cursor.file.path, field: "\(key): \(count) strings at byte \(start)",
                    needed: count.multipliedReportingOverflow(by: 8).overflow ? .max : count * 8, available: available)
            }
            for _ in 0..<count { _ = try cursor.stringRange(limit: Limits.metadataStringBytes, field: key) }
        } else {
            throw .unsupported(
                file: cursor.file.path, field: key, found: "an array of arrays", supported: ["arrays of plain values"])
        }
        // No more than the file has bytes, so it fits.
        self.init(type: .array, elementType: elementType, count: Int(count), range: start..<cursor.position)
    }
}
