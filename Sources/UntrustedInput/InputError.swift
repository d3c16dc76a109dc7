/// What can be wrong with a file that somebody else wrote, one case for each thing a user can act on.
///
/// Every reader of untrusted bytes (checkpoints, tokenizers, configurations) throws this one type, so that a
/// command can map it to an exit code and a message in one place. `field` is the key, tensor name or byte
/// offset within `file`; `found` and `expected` are already formatted for a person.
public enum InputError: Error, Equatable, Sendable {
    /// There is no such file or folder.
    case missingFile(file: String)
    /// The operating system refused to open, map or read the file.
    case unreadable(file: String, reason: String)
    /// The bytes are not of the format they claim to be.
    case malformed(file: String, field: String, found: String, expected: String)
    /// The file ends before what it announces.
    case truncated(file: String, field: String, needed: UInt64, available: UInt64)
    /// A field or tensor that must be there is not.
    case missing(file: String, field: String)
    /// A field holds a value of another type.
    case wrongType(file: String, field: String, found: String, expected: String)
    /// A field holds a value outside the range that makes sense.
    case outOfRange(file: String, field: String, found: String, expected: String)
    /// A size is past the limit that guards against hostile input; see ``Limits``.
    case limitExceeded(file: String, field: String, found: UInt64, limit: UInt64)
    /// Two parts of the input contradict each other.
    case inconsistent(file: String, field: String, found: String, expected: String)
    /// Well-formed, but not something Swiftlet runs.
    case unsupported(file: String, field: String, found: String, supported: [String])

    /// The file that the error is about.
    public var file: String {
        switch self {
        case .missingFile(let file), .unreadable(let file, _), .malformed(let file, _, _, _),
            .truncated(let file, _, _, _), .missing(let file, _), .wrongType(let file, _, _, _),
            .outOfRange(let file, _, _, _), .limitExceeded(let file, _, _, _),
            .inconsistent(let file, _, _, _), .unsupported(let file, _, _, _):
            file
        }
    }

    /// The field within the file, or nil where the whole file is meant.
    public var field: String? {
        switch self {
        case .missingFile, .unreadable: nil
        case .malformed(_, let field, _, _), .truncated(_, let field, _, _), .missing(_, let field),
            .wrongType(_, let field, _, _), .outOfRange(_, let field, _, _), .limitExceeded(_, let field, _, _),
            .inconsistent(_, let field, _, _), .unsupported(_, let field, _, _):
            field
        }
    }
}

extension InputError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingFile(let file):
            "\(file): no such file or folder"
        case .unreadable(let file, let reason):
            "\(file): cannot be read: \(reason)"
        case .malformed(let file, let field, let found, let expected):
            "\(file): \(field): malformed: found \(found), expected \(expected)"
        case .truncated(let file, let field, let needed, let available):
            "\(file): \(field): truncated: needs \(needed) bytes, \(available) are there"
        case .missing(let file, let field):
            "\(file): \(field): missing"
        case .wrongType(let file, let field, let found, let expected):
            "\(file): \(field): wrong type: found \(found), expected \(expected)"
        case .outOfRange(let file, let field, let found, let expected):
            "\(file): \(field): out of range: found \(found), expected \(expected)"
        case .limitExceeded(let file, let field, let found, let limit):
            "\(file): \(field): too large: found \(found), the limit is \(limit)"
        case .inconsistent(let file, let field, let found, let expected):
            "\(file): \(field): inconsistent: found \(found), expected \(expected)"
        case .unsupported(let file, let field, let found, let supported):
            "\(file): \(field): \(found) is not supported; supported: \(supported.joined(separator: ", "))"
        }
    }
}
