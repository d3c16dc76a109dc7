/// Why ONNX Runtime cannot do what was asked, one case for each thing a user can do about it.
public enum ONNXRuntimeError: Error, Equatable, Sendable {
    /// No library in any of the places.
    case libraryNotFound(searched: [String])
    /// There is a file, but the system does not load it.
    case libraryNotOpened(path: String, reason: String)
    /// It loads, but is not ONNX Runtime's.
    case missingFunction(path: String, name: String)
    /// Older ones lack functions or operations that are needed.
    case unsupportedVersion(path: String, found: String, minimum: String)
    /// The path is no folder with a `genai_config.json`.
    case notExported(path: String)
    /// ONNX Runtime does not read the model; `detail` is its own message.
    case unreadableModel(file: String, detail: String)
    /// An input or output that the model must have is missing, of another type or shape, or one too many.
    case wrongInterface(file: String, name: String, found: String, expected: String)
    /// The library was not built with the provider.
    case noSuchProvider(name: String, available: [String])
    /// The provider, its driver or its settings refused the model; `detail` is the library's own message.
    case sessionFailed(provider: String, file: String, detail: String)
    /// A setting that makes no sense, by its name.
    case invalidSetting(name: String, found: String, expected: String)
}

extension ONNXRuntimeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .libraryNotFound(let searched):
            """
            ONNX Runtime's library (\(ONNXRuntimeLocation.fileName)) was not found. Get it with: pip install onnxruntime \
            (on Windows, for any GPU: pip install onnxruntime-directml)
            If it is there already, name it with --onnxruntime PATH or SWIFTLET_ONNXRUNTIME: the library, or the folder of \
            the Python package or of the release's archive. Looked in: \(searched.joined(separator: ", "))
            """
        case .libraryNotOpened(let path, let reason):
            "\(path): cannot be loaded: \(reason)"
        case .missingFunction(let path, let name):
            "\(path): is not a library that Swiftlet can use: it lacks the function \(name)"
        case .unsupportedVersion(let path, let found, let minimum):
            "\(path): ONNX Runtime \(found) is too old: Swiftlet needs \(minimum) or later, and was tested with "
                + ONNXRuntimeVersion.tested.joined(separator: ", ")
        case .notExported(let path):
            "\(path): is not a model for ONNX Runtime: there is no folder with \(GenAIConfiguration.fileName). "
                + "Write one with: swiftlet export onnx \(path) -o DIR"
        case .unreadableModel(let file, let detail):
            "\(file): ONNX Runtime cannot read it: \(detail)"
        case .wrongInterface(let file, let name, let found, let expected):
            "\(file): \(name): found \(found), expected \(expected)"
        case .noSuchProvider(let name, let available):
            "this ONNX Runtime has no provider \(name); it has \(available.joined(separator: ", "))"
        case .sessionFailed(let provider, let file, let detail):
            "\(file): cannot be run by \(provider): \(detail)"
        case .invalidSetting(let name, let found, let expected):
            "\(name): found \(found), expected \(expected)"
        }
    }
}
