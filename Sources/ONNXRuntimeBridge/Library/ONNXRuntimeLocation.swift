internal import DynamicLibraries
internal import Foundation

/// Where ONNX Runtime's library may stand, and how it is called there.
public struct ONNXRuntimeLocation: Sendable {
    public static let environmentVariable = "SWIFTLET_ONNXRUNTIME"

    /// Of the Python package, of the release's archive, of the NuGet packages (DirectML's among them), of a system.
    private static let library = LibrarySearch.Library(
        name: "onnxruntime", windowsName: "onnxruntime", variable: environmentVariable, package: "onnxruntime",
        folders: [
            "", "capi", "onnxruntime/capi", "lib", "lib64", "runtimes/win-x64/native", "runtimes/win-arm64/native",
            "runtimes/linux-x64/native", "runtimes/linux-arm64/native", "runtimes/osx-arm64/native",
        ])

    /// What the library is called; on Linux what follows is its version.
    package static var fileName: String { library.fileName }

    private let search: LibrarySearch

    /// The places that this process's environment names.
    public init() { self.init(environment: ProcessInfo.processInfo.environment) }

    package init(environment: [String: String]) {
        search = LibrarySearch(for: Self.library, environment: environment)
    }

    /// Finds the library.
    ///
    /// - Parameter path: what the user names, a library or a folder; it is then the only place.
    /// - Throws: ``ONNXRuntimeError/libraryNotFound(searched:)``.
    public func find(_ path: String? = nil) throws(ONNXRuntimeError) -> String {
        do throws(LibraryError) { return try search.find(path) } catch { throw ONNXRuntimeError(error) }
    }
}

extension ONNXRuntimeError {
    init(_ error: LibraryError) {
        self =
            switch error {
            case .notFound(let searched): .libraryNotFound(searched: searched)
            case .notOpened(let path, let reason): .libraryNotOpened(path: path, reason: reason)
            case .missingFunction(let path, let name): .missingFunction(path: path, name: name)
            }
    }
}
