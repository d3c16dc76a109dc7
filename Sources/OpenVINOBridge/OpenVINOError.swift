/// Why OpenVINO cannot do what was asked, one case for each thing a user can do about it.
public enum OpenVINOError: Error, Equatable, Sendable {
    /// No library in any of the places.
    case libraryNotFound(searched: [String])
    /// There is a file, but the system does not load it.
    case libraryNotOpened(path: String, reason: String)
    /// It loads, but is not OpenVINO's, or of a version without this function.
    case missingFunction(path: String, name: String)
    /// Element types have other numbers before 2025.
    case unsupportedVersion(path: String, found: String, minimum: String)
    /// The path is no folder with an `openvino_model.xml`.
    case notExported(path: String)
    /// OpenVINO does not read the model; `detail` is its own message.
    case unreadableModel(file: String, detail: String)
    /// An input or output that the model must have is missing, of another type or shape, or one too many.
    case wrongInterface(file: String, name: String, found: String, expected: String)
    /// The library knows no such device, or its plugin found none on this machine.
    case noSuchDevice(name: String, available: [String], missing: [String])
    /// The device's compiler or driver refused the model; `detail` is its own message.
    case compileFailed(device: String, file: String, detail: String)
    /// A setting that makes no sense, by its name.
    case invalidSetting(name: String, found: String, expected: String)
}

extension OpenVINOError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .libraryNotFound(let searched):
            """
            OpenVINO's library (\(LibraryLocation.fileName)) was not found. Get it with: pip install openvino
            If it is there already, name it with --openvino PATH or SWIFTLET_OPENVINO: the library, or the folder of \
            the Python package or of OpenVINO's archive. Looked in: \(searched.joined(separator: ", "))
            """
        case .libraryNotOpened(let path, let reason):
            "\(path): cannot be loaded: \(reason)"
        case .missingFunction(let path, let name):
            "\(path): is not a library that Swiftlet can use: it lacks the function \(name)"
        case .unsupportedVersion(let path, let found, let minimum):
            "\(path): OpenVINO \(found) is too old: Swiftlet needs \(minimum) or later, and was tested with "
                + RuntimeVersion.tested.joined(separator: ", ")
        case .notExported(let path):
            "\(path): is not a model for OpenVINO: there is no folder with \(ModelFolder.modelName). "
                + "Write one with: swiftlet export openvino \(path) -o DIR"
        case .unreadableModel(let file, let detail):
            "\(file): OpenVINO cannot read it: \(detail)"
        case .wrongInterface(let file, let name, let found, let expected):
            "\(file): \(name): found \(found), expected \(expected)"
        case .noSuchDevice(let name, let available, let missing):
            (["OpenVINO has no device \(name) here; it has \(available.joined(separator: ", "))"] + missing)
                .joined(separator: "\n  ")
        case .compileFailed(let device, let file, let detail):
            "\(file): cannot be compiled for \(device): \(detail)"
        case .invalidSetting(let name, let found, let expected):
            "\(name): found \(found), expected \(expected)"
        }
    }
}
