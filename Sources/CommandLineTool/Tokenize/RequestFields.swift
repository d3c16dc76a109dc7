import Tokenizers
import UntrustedInput

/// The members of an object that a program sent, each proven to be of its type.
struct RequestFields {
    let json: JSON
    /// What errors call the object.
    let file: String

    func string(_ name: String) throws(InputError) -> String {
        guard let value = try optionalString(name) else { throw .missing(file: file, field: name) }
        return value
    }

    func optionalString(_ name: String) throws(InputError) -> String? {
        guard let value = try member(name) else { return nil }
        guard let string = value.string else { throw wrongType(name, value, "string") }
        return string
    }

    func flag(_ name: String) throws(InputError) -> Bool? {
        guard let value = try member(name) else { return nil }
        guard let bool = value.bool else { throw wrongType(name, value, "boolean") }
        return bool
    }

    func ids(_ name: String) throws(InputError) -> [Int] {
        guard let value = try member(name) else { throw .missing(file: file, field: name) }
        return try TokenIDs.list(value, file: file, field: name)
    }

    func messages(_ name: String) throws(InputError) -> [ChatMessage] {
        guard let value = try member(name) else { throw .missing(file: file, field: name) }
        guard let elements = value.array else { throw wrongType(name, value, "array") }
        guard elements.count <= Limits.messageCount else {
            throw .limitExceeded(
                file: file, field: name, found: UInt64(elements.count), limit: UInt64(Limits.messageCount))
        }
        var messages: [ChatMessage] = []
        for (index, element) in elements.enumerated() {
            let fields = RequestFields(json: element, file: "\(file): \(name)[\(index)]")
            messages.append(
                ChatMessage(
                    role: try fields.string("role"), content: try fields.string("content"),
                    tools: try fields.optionalString("tools")))
        }
        return messages
    }

    /// nil where it is absent or null.
    private func member(_ name: String) throws(InputError) -> JSON? {
        guard let members = json.object else { throw wrongType("the whole", json, "object") }
        return members[name].flatMap { $0.isNull ? nil : $0 }
    }

    private func wrongType(_ name: String, _ value: JSON, _ expected: String) -> InputError {
        .wrongType(file: file, field: name, found: value.typeName, expected: expected)
    }
}
