/// Why a model could not be quantised, one case for each thing a user can act on; what is wrong with the files themselves
/// is an `InputError`, what is wrong with writing a `CheckpointWriteError`.
public enum QuantizationError: Error, Equatable, Sendable {
    /// A matrix has lost bits already, and nobody said that it may lose more.
    case alreadyQuantized(file: String, tensor: String, type: String)
    /// A weight is not finite, or too large for the scales of the type.
    case weightOutOfRange(file: String, tensor: String, type: String, limit: Float)
    /// The file to write is one of those that are read.
    case outputIsSource(file: String)
    /// Another program changed a file while it was read.
    case sourceChanged(file: String)
}

extension QuantizationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .alreadyQuantized(let file, let tensor, let type):
            "\(file): \(tensor): is \(type) already, and would lose more than from its original; "
                + "--allow-requantize does it all the same"
        case .weightOutOfRange(let file, let tensor, let type, let limit):
            "\(file): \(tensor): a weight is not finite or above \(limit), and cannot become \(type)"
        case .outputIsSource(let file): "\(file): is read, and cannot be written in the same go"
        case .sourceChanged(let file): "\(file): changed while it was read"
        }
    }
}
