internal import Tensors

/// A metadata value in the form that it has in a file: made to be written, or copied from another file as it is.
public struct GGUFValue: Sendable, Equatable {
    public let type: GGUFValueType
    /// What stands behind the number of the type: little-endian; of a string, its length and its bytes; of an array, the
    /// type and number of its elements and these.
    let bytes: [UInt8]
    /// Bytes of the longest string in it: readers have a limit.
    let longestString: Int

    public init<Element: GGUFElement>(_ value: Element) {
        var encoder = GGUFEncoder()
        value.encode(to: &encoder)
        self.init(type: Element.ggufType, encoder)
    }

    public init<Element: GGUFElement>(_ elements: [Element]) {
        var encoder = GGUFEncoder()
        encoder.append(Element.ggufType.rawValue)
        encoder.append(UInt64(elements.count))
        for element in elements { element.encode(to: &encoder) }
        self.init(type: .array, encoder)
    }

    private init(type: GGUFValueType, _ encoder: GGUFEncoder) {
        self.type = type
        bytes = encoder.bytes
        longestString = encoder.longestString
    }
}

extension GGUFValue {
    /// The number, of the types that are unsigned integers.
    var integer: Int? {
        switch type {
        case .uint8, .uint16, .uint32, .uint64:
            Int(exactly: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        default: nil
        }
    }
}

/// The types that a metadata value, or an element of its array, may have.
public protocol GGUFElement {
    static var ggufType: GGUFValueType { get }
    func encode(to encoder: inout GGUFEncoder)
}

/// Gathers the bytes of a GGUF header.
public struct GGUFEncoder {
    private(set) var bytes: [UInt8] = []
    private(set) var longestString = 0

    mutating func append(_ value: some FixedWidthInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// A string: its length in bytes as a 64-bit integer, then the bytes.
    mutating func append(_ text: String) {
        let utf8 = text.utf8
        longestString = max(longestString, utf8.count)
        append(UInt64(utf8.count))
        self.bytes.append(contentsOf: utf8)
    }

    mutating func append(_ value: GGUFValue) {
        append(value.type.rawValue)
        append(bytes: value.bytes)
    }

    mutating func append(bytes: [UInt8]) { self.bytes.append(contentsOf: bytes) }

    mutating func pad(to alignment: Int) {
        while !bytes.count.isMultiple(of: alignment) { bytes.append(0) }
    }
}

extension GGUFElement where Self: FixedWidthInteger {
    public func encode(to encoder: inout GGUFEncoder) { encoder.append(self) }
}

extension UInt8: GGUFElement { public static var ggufType: GGUFValueType { .uint8 } }
extension Int8: GGUFElement { public static var ggufType: GGUFValueType { .int8 } }
extension UInt16: GGUFElement { public static var ggufType: GGUFValueType { .uint16 } }
extension Int16: GGUFElement { public static var ggufType: GGUFValueType { .int16 } }
extension UInt32: GGUFElement { public static var ggufType: GGUFValueType { .uint32 } }
extension Int32: GGUFElement { public static var ggufType: GGUFValueType { .int32 } }
extension UInt64: GGUFElement { public static var ggufType: GGUFValueType { .uint64 } }
extension Int64: GGUFElement { public static var ggufType: GGUFValueType { .int64 } }

extension Float: GGUFElement {
    public static var ggufType: GGUFValueType { .float32 }
    public func encode(to encoder: inout GGUFEncoder) { encoder.append(bitPattern) }
}

extension Double: GGUFElement {
    public static var ggufType: GGUFValueType { .float64 }
    public func encode(to encoder: inout GGUFEncoder) { encoder.append(bitPattern) }
}

extension Bool: GGUFElement {
    public static var ggufType: GGUFValueType { .bool }
    public func encode(to encoder: inout GGUFEncoder) { encoder.append(UInt8(self ? 1 : 0)) }
}

extension String: GGUFElement {
    public static var ggufType: GGUFValueType { .string }
    public func encode(to encoder: inout GGUFEncoder) { encoder.append(self) }
}

// MARK: - Out of another file

extension Metadata {
    /// A value of any type, byte for byte; nil where there is no such key.
    public func value(_ key: String) -> GGUFValue? {
        guard let value = values[key], let storage else { return nil }
        return GGUFValue(value, storage)
    }
}

extension GGUFValue {
    fileprivate init(_ value: Metadata.Value, _ storage: MappedFile) {
        var prefix = GGUFEncoder()
        var longest = 0
        switch (value.type, value.elementType) {
        case (.string, _):
            longest = value.range.count
            prefix.append(UInt64(longest))
        case (.array, let elementType?):
            prefix.append(elementType.rawValue)
            prefix.append(UInt64(value.count))
            if elementType == .string { longest = value.longestElement(storage) }
        default: break
        }
        type = value.type
        bytes = prefix.bytes + storage.copyBytes(value.range)
        longestString = longest
    }
}

extension Metadata.Value {
    /// Bytes of the longest string of an array; opening has proven that every length stays inside the range.
    fileprivate func longestElement(_ storage: MappedFile) -> Int {
        var longest = 0
        var position = range.lowerBound
        for _ in 0..<count {
            let length = Int(storage.integer(at: position, as: UInt64.self))
            longest = max(longest, length)
            position += 8 + length
        }
        return longest
    }
}
