internal import UntrustedInput

/// Typed access to the members of a JSON object; null counts as absent, as in Python configurations.
struct JSONFields {
    let file: String
    /// Put before the names of nested members in errors: "rope_scaling."
    let prefix: String
    private let members: [String: JSON]

    init(_ json: JSON, file: String, field: String? = nil) throws(InputError) {
        guard let members = json.object else {
            throw .wrongType(file: file, field: field ?? "the whole text", found: json.typeName, expected: "object")
        }
        self.file = file
        self.prefix = field.map { "\($0)." } ?? ""
        self.members = members
    }

    func name(_ key: String) -> String { prefix + key }

    func value(_ key: String) -> JSON? {
        members[key].flatMap { $0.isNull ? nil : $0 }
    }

    func object(_ key: String) throws(InputError) -> JSONFields? {
        guard let value = value(key) else { return nil }
        return try JSONFields(value, file: file, field: name(key))
    }

    func string(_ key: String) throws(InputError) -> String? {
        try read(key, "string") { $0.string }
    }

    func bool(_ key: String) throws(InputError) -> Bool? {
        try read(key, "boolean") { $0.bool }
    }

    func number(_ key: String) throws(InputError) -> Double? {
        try read(key, "number") { $0.double }
    }

    func array(_ key: String) throws(InputError) -> [JSON]? {
        try read(key, "array") { $0.array }
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(InputError) -> Int? {
        guard let value = value(key) else { return nil }
        return try integer(value, field: name(key), in: range)
    }

    func required(_ key: String, in range: ClosedRange<Int>) throws(InputError) -> Int {
        try required(try integer(key, in: range), key)
    }

    func required<Value>(_ value: Value?, _ key: String) throws(InputError) -> Value {
        guard let value else { throw .missing(file: file, field: name(key)) }
        return value
    }

    /// One integer or a list of them.
    func integers(_ key: String, in range: ClosedRange<Int>) throws(InputError) -> [Int] {
        guard let value = value(key) else { return [] }
        guard let elements = value.array else { return [try integer(value, field: name(key), in: range)] }
        var integers: [Int] = []
        for (index, element) in elements.enumerated() {
            integers.append(try integer(element, field: "\(name(key))[\(index)]", in: range))
        }
        return integers
    }

    func floats(_ key: String) throws(InputError) -> [Float]? {
        guard let elements = try array(key) else { return nil }
        var floats: [Float] = []
        for (index, element) in elements.enumerated() {
            guard let number = element.double else {
                throw .wrongType(
                    file: file, field: "\(name(key))[\(index)]", found: element.typeName, expected: "number")
            }
            floats.append(Float(number))
        }
        return floats
    }

    private func integer(_ value: JSON, field: String, in range: ClosedRange<Int>) throws(InputError) -> Int {
        guard let integer = value.integer else {
            throw .wrongType(file: file, field: field, found: value.typeName, expected: "integer")
        }
        guard range.contains(integer) else {
            throw .outOfRange(
                file: file, field: field, found: "\(integer)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    private func read<Value>(
        _ key: String, _ expected: String, _ convert: (JSON) -> Value?
    ) throws(InputError) -> Value? {
        guard let json = value(key) else { return nil }
        guard let value = convert(json) else {
            throw .wrongType(file: file, field: name(key), found: json.typeName, expected: expected)
        }
        return value
    }
}
