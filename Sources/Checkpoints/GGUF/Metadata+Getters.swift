import Tensors
public import UntrustedInput

/// Typed getters. Each throws ``InputError/missing(file:field:)`` where there is no such key,
/// ``InputError/wrongType(file:field:found:expected:)`` where it holds something else; the `IfPresent` variants return
/// nil for the first.
extension Metadata {
    public func string(_ key: String) throws(InputError) -> String {
        try present(try stringIfPresent(key), key)
    }

    public func stringIfPresent(_ key: String) throws(InputError) -> String? {
        guard let (value, storage) = find(key) else { return nil }
        guard value.type == .string else { throw wrongType(key, value, "string") }
        return try text(value.range, storage, field: key)
    }

    /// Any of the integer types.
    public func int(_ key: String, in range: ClosedRange<Int>) throws(InputError) -> Int {
        try present(try intIfPresent(key, in: range), key)
    }

    public func intIfPresent(_ key: String, in range: ClosedRange<Int>) throws(InputError) -> Int? {
        guard let (value, storage) = find(key) else { return nil }
        guard let read = Self.integerReader(value.type) else { throw wrongType(key, value, "an integer") }
        return try checked(read(storage, value.range.lowerBound), range, field: key)
    }

    /// Either of the float types; it may be infinite or NaN.
    public func float(_ key: String) throws(InputError) -> Double {
        try present(try floatIfPresent(key), key)
    }

    public func floatIfPresent(_ key: String) throws(InputError) -> Double? {
        guard let (value, storage) = find(key) else { return nil }
        guard let read = Self.floatReader(value.type) else { throw wrongType(key, value, "a float") }
        return read(storage, value.range.lowerBound)
    }

    public func bool(_ key: String) throws(InputError) -> Bool {
        try present(try boolIfPresent(key), key)
    }

    public func boolIfPresent(_ key: String) throws(InputError) -> Bool? {
        guard let (value, storage) = find(key) else { return nil }
        guard value.type == .bool else { throw wrongType(key, value, "bool") }
        let byte: UInt8 = storage.integer(at: value.range.lowerBound)
        guard byte <= 1 else { throw .malformed(file: file, field: key, found: "\(byte)", expected: "0 or 1") }
        return byte == 1
    }

    // MARK: Arrays

    /// - Parameter limit: the most elements the caller has use for.
    public func stringArray(_ key: String, limit: Int = Limits.mergeCount) throws(InputError) -> [String] {
        try present(try stringArrayIfPresent(key, limit: limit), key)
    }

    public func stringArrayIfPresent(
        _ key: String, limit: Int = Limits.mergeCount
    ) throws(InputError) -> [String]? {
        guard let (value, storage) = find(key) else { return nil }
        guard value.elementType == .string else { throw wrongType(key, value, "array of string") }
        try checkCount(value, limit, key)
        var strings: [String] = []
        strings.reserveCapacity(value.count)
        var position = value.range.lowerBound
        for index in 0..<value.count {
            // The walk at opening has proven that every length stays inside the range.
            let start = position + 8
            position = start + Int(storage.integer(at: position, as: UInt64.self))
            strings.append(try text(start..<position, storage, field: "\(key)[\(index)]"))
        }
        return strings
    }

    public func intArray(
        _ key: String, in range: ClosedRange<Int> = Int.min...Int.max, limit: Int = Limits.mergeCount
    ) throws(InputError) -> [Int] {
        try present(try intArrayIfPresent(key, in: range, limit: limit), key)
    }

    public func intArrayIfPresent(
        _ key: String, in range: ClosedRange<Int> = Int.min...Int.max, limit: Int = Limits.mergeCount
    ) throws(InputError) -> [Int]? {
        guard let (value, storage) = find(key) else { return nil }
        guard let type = value.elementType, let bytes = type.fixedBytes, let read = Self.integerReader(type) else {
            throw wrongType(key, value, "array of integers")
        }
        try checkCount(value, limit, key)
        var numbers: [Int] = []
        numbers.reserveCapacity(value.count)
        for index in 0..<value.count {
            let number = read(storage, value.range.lowerBound + index * bytes)
            numbers.append(try checked(number, range, field: "\(key)[\(index)]"))
        }
        return numbers
    }

    public func floatArray(_ key: String, limit: Int = Limits.mergeCount) throws(InputError) -> [Float] {
        try present(try floatArrayIfPresent(key, limit: limit), key)
    }

    public func floatArrayIfPresent(_ key: String, limit: Int = Limits.mergeCount) throws(InputError) -> [Float]? {
        guard let (value, storage) = find(key) else { return nil }
        guard let type = value.elementType, let bytes = type.fixedBytes, let read = Self.floatReader(type) else {
            throw wrongType(key, value, "array of floats")
        }
        try checkCount(value, limit, key)
        return (0..<value.count).map { Float(read(storage, value.range.lowerBound + $0 * bytes)) }
    }
}

// MARK: - Decoding

extension Metadata {
    private func find(_ key: String) -> (Value, MappedFile)? {
        guard let value = values[key], let storage else { return nil }
        return (value, storage)
    }

    private func present<Result>(_ value: Result?, _ key: String) throws(InputError) -> Result {
        guard let value else { throw .missing(file: file, field: key) }
        return value
    }

    private func wrongType(_ key: String, _ value: Value, _ expected: String) -> InputError {
        .wrongType(file: file, field: key, found: value.typeName, expected: expected)
    }

    private func text(
        _ range: Range<Int>, _ storage: MappedFile, field: @autoclosure () -> String
    ) throws(InputError) -> String {
        guard let text = storage.string(range) else {
            throw .malformed(file: file, field: field(), found: "bytes that are not UTF-8", expected: "UTF-8")
        }
        return text
    }

    private func checkCount(_ value: Value, _ limit: Int, _ key: String) throws(InputError) {
        guard value.count <= limit else {
            throw .limitExceeded(
                file: file, field: "\(key): array length", found: UInt64(value.count), limit: UInt64(limit))
        }
    }

    private func checked(
        _ value: Int128, _ range: ClosedRange<Int>, field: @autoclosure () -> String
    ) throws(InputError) -> Int {
        guard let number = Int(exactly: value), range.contains(number) else {
            throw .outOfRange(
                file: file, field: field(), found: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// How an integer type is read, widened so that both 64-bit types fit; nil for the other types.
    private static func integerReader(_ type: GGUFValueType) -> ((MappedFile, Int) -> Int128)? {
        switch type {
        case .uint8: { Int128($0.integer(at: $1, as: UInt8.self)) }
        case .int8: { Int128($0.integer(at: $1, as: Int8.self)) }
        case .uint16: { Int128($0.integer(at: $1, as: UInt16.self)) }
        case .int16: { Int128($0.integer(at: $1, as: Int16.self)) }
        case .uint32: { Int128($0.integer(at: $1, as: UInt32.self)) }
        case .int32: { Int128($0.integer(at: $1, as: Int32.self)) }
        case .uint64: { Int128($0.integer(at: $1, as: UInt64.self)) }
        case .int64: { Int128($0.integer(at: $1, as: Int64.self)) }
        case .float32, .float64, .bool, .string, .array: nil
        }
    }

    private static func floatReader(_ type: GGUFValueType) -> ((MappedFile, Int) -> Double)? {
        switch type {
        case .float32: { Double(Float(bitPattern: $0.integer(at: $1))) }
        case .float64: { Double(bitPattern: $0.integer(at: $1)) }
        default: nil
        }
    }
}
