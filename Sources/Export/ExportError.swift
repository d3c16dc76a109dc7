internal import Tensors

/// Why a model could not be exported, one case for each thing a user can act on; what is wrong with the model's own files
/// is an `InputError`.
public enum ExportError: Error, Equatable, Sendable {
    /// The operating system refused: a full disk, a folder that is not there.
    case refused(file: String, reason: String)
    /// Something stands where the folder should, and it is no empty folder.
    case outputExists(folder: String)
    /// A matrix has lost bits already, and nobody said that it may lose more.
    case alreadyQuantized(file: String, tensor: String, type: String, format: String)
    /// A weight is not finite, or too large for f16 numbers and scales.
    case weightOutOfRange(file: String, tensor: String, format: String, limit: Float)
    /// Rows of a matrix that are no whole groups.
    case unevenGroups(file: String, tensor: String, columns: Int, group: Int)
    /// The engine has no operators for the weights on this kind of device.
    case precisionUnsupported(precision: String, target: String, supported: [String])
    /// Another program changed a file while it was read.
    case sourceChanged(file: String)
}

extension ExportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let file, let reason): "\(file): cannot be written: \(reason)"
        case .outputExists(let folder): "\(folder): is there already; an export makes a new folder"
        case .alreadyQuantized(let file, let tensor, let type, let format):
            "\(file): \(tensor): is \(type) already, and would lose more as \(format) than from its original; "
                + "--allow-requantize does it all the same"
        case .weightOutOfRange(let file, let tensor, let format, let limit):
            "\(file): \(tensor): a weight is not finite or above \(limit), and cannot become \(format)"
        case .unevenGroups(let file, let tensor, let columns, let group):
            "\(file): \(tensor): rows of \(columns) weights are no whole groups of \(group); --group-size "
                + Self.fitting(columns).map(String.init).joined(separator: ", ") + " fits"
        case .precisionUnsupported(let precision, let target, let supported):
            "--target \(target) has no operators for \(precision); it has them for \(supported.joined(separator: ", "))"
        case .sourceChanged(let file): "\(file): changed while it was read"
        }
    }

    private static func fitting(_ columns: Int) -> [Int] { [32, 64, 128].filter { columns % $0 == 0 } + [-1] }
}

extension ExportError {
    init(_ error: MappedFileError) { self = .refused(file: error.path, reason: error.reason) }
}
