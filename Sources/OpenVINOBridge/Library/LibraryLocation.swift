internal import DynamicLibraries
internal import Foundation

/// Where OpenVINO's C library may stand, and how it is called there.
public struct LibraryLocation: Sendable {
    public static let environmentVariable = "SWIFTLET_OPENVINO"

    /// Of the Python package, of Intel's archive, of a system.
    private static let library = LibrarySearch.Library(
        name: "openvino_c", windowsName: "openvino_c", variable: environmentVariable, package: "openvino",
        folders: [
            "", "libs", "openvino/libs", "runtime/lib/intel64", "runtime/lib/aarch64", "runtime/lib/arm64/Release",
            "runtime/lib/intel64/Release", "runtime/bin/intel64/Release", "lib", "lib64",
        ],
        archives: archives)

    /// Intel's archive, where its `setupvars` was run or it was unpacked as its guide says.
    private static let archives: @Sendable ([String: String]) -> [String] = { environment in
        let installed = LibrarySearch.contents(of: "/opt/intel").filter { $0.hasPrefix("openvino") }.sorted(by: >)
        return [environment["INTEL_OPENVINO_DIR"]].compactMap { $0 }.filter { !$0.isEmpty }
            + installed.map { "/opt/intel/\($0)" } + ["/usr/local/opt/openvino/lib"]
    }

    /// What the library is called; on Linux what follows is its version, and differs from wheel to wheel.
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
    /// - Throws: ``OpenVINOError/libraryNotFound(searched:)``.
    public func find(_ path: String? = nil) throws(OpenVINOError) -> String {
        do throws(LibraryError) { return try search.find(path) } catch { throw OpenVINOError(error) }
    }

    /// Everywhere that is looked, in order, each place once; only those that exist.
    package var places: [String] { search.places }
}

extension OpenVINOError {
    init(_ error: LibraryError) {
        self =
            switch error {
            case .notFound(let searched): .libraryNotFound(searched: searched)
            case .notOpened(let path, let reason): .libraryNotOpened(path: path, reason: reason)
            case .missingFunction(let path, let name): .missingFunction(path: path, name: name)
            }
    }
}

extension LibraryMessage {
    package static func readable(_ text: String, status: Int32) -> String {
        readable(text, status: status) { line in
            line.hasPrefix("Exception from ") || line.hasPrefix("FrontEnd API failed")
                || line.hasPrefix("Check '") && line.contains(" failed at ")
        }
    }
}
