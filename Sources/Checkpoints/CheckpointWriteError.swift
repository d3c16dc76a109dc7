internal import Tensors

/// Why a checkpoint could not be written. Nothing is left of it then, and an old file of the name is untouched.
public enum CheckpointWriteError: Error, Equatable, Sendable {
    /// The operating system refused: a full disk, a folder that is not there.
    case refused(file: String, reason: String)
    /// No reader would accept the file: a size past a limit of `Limits`, a name used twice, rows that are no whole blocks.
    case invalid(file: String, field: String, found: String, expected: String)
}

extension CheckpointWriteError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let file, let reason): "\(file): cannot be written: \(reason)"
        case .invalid(let file, let field, let found, let expected):
            "\(file): \(field): cannot be written: found \(found), expected \(expected)"
        }
    }
}

extension CheckpointWriteError {
    init(_ error: MappedFileError) { self = .refused(file: error.path, reason: error.reason) }
}
