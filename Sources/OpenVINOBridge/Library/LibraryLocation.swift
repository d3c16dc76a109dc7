import Foundation

/// Where OpenVINO's C library may stand, and how it is called there.
///
/// Folders are looked at, nothing is run: no Python, no shell. The working folder is no place, for whoever unpacks a
/// stranger's archive and starts a program in it does not mean to run the archive's code.
public struct LibraryLocation: Sendable {
    public static let environmentVariable = "SWIFTLET_OPENVINO"

    /// What the library is called; on Linux what follows is its version, and differs from wheel to wheel.
    package static var fileName: String {
        #if os(Windows)
            "openvino_c.dll"
        #elseif os(macOS)
            "libopenvino_c.dylib"
        #else
            "libopenvino_c.so"
        #endif
    }

    /// Folders of a place that may hold the library: of the Python package, of Intel's archive, of a system.
    private static let folders = [
        "", "libs", "openvino/libs", "runtime/lib/intel64", "runtime/lib/aarch64", "runtime/lib/arm64/Release",
        "runtime/lib/intel64/Release", "runtime/bin/intel64/Release", "lib", "lib64",
    ]

    let environment: [String: String]

    /// The places that this process's environment names.
    public init() { self.init(environment: ProcessInfo.processInfo.environment) }

    package init(environment: [String: String]) { self.environment = environment }

    /// Finds the library.
    ///
    /// - Parameter path: what the user names, a library or a folder; it is then the only place.
    /// - Throws: ``OpenVINOError/libraryNotFound(searched:)``.
    public func find(_ path: String? = nil) throws(OpenVINOError) -> String {
        if let named = [path, value(Self.environmentVariable)].compactMap({ $0 }).first {
            if Self.isFile(named) { return named }
            guard let found = Self.library(under: named) else { throw .libraryNotFound(searched: [named]) }
            return found
        }
        let places = places
        for place in places {
            if let found = Self.library(under: place) { return found }
        }
        throw .libraryNotFound(searched: places)
    }

    /// Everywhere that is looked, in order, each place once; only those that exist.
    package var places: [String] {
        var seen: Set<String> = []
        return (archives + libraryPath + pythons + Self.systemFolders)
            .filter { Self.isFolder($0) && seen.insert($0).inserted }
    }

    // MARK: Places

    /// Intel's archive, where its `setupvars` was run or it was unpacked as its guide says.
    private var archives: [String] {
        let installed = Self.contents(of: "/opt/intel").filter { $0.hasPrefix("openvino") }.sorted(by: >)
        return [value("INTEL_OPENVINO_DIR")].compactMap { $0 } + installed.map { "/opt/intel/\($0)" }
    }

    private var libraryPath: [String] {
        ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"].flatMap { list($0) }
    }

    /// `site-packages` of the environments that are active, of the user, and of each Python on the `PATH`.
    private var pythons: [String] {
        var prefixes = [value("VIRTUAL_ENV"), value("CONDA_PREFIX"), value("HOME").map { $0 + "/.local" }]
            .compactMap { $0 }
        for folder in list("PATH") where Self.isFile(folder + "/python3") || Self.isFile(folder + "/python") {
            prefixes.append(URL(fileURLWithPath: folder).deletingLastPathComponent().path)
        }
        prefixes += ["/usr/local", "/usr"]
        let own = prefixes.flatMap { Self.sitePackages(of: $0) }
        let home = value("HOME").map { "\($0)/Library/Python" } ?? ""
        return own + Self.contents(of: home).sorted(by: >).map { "\(home)/\($0)/lib/python/site-packages/openvino" }
    }

    private static func sitePackages(of prefix: String) -> [String] {
        let versions = contents(of: "\(prefix)/lib").filter { $0.hasPrefix("python3") }.sorted(by: >)
        let folders = versions.flatMap { version in
            ["site-packages", "dist-packages"].map { "\(prefix)/lib/\(version)/\($0)" }
        }
        // Windows has one of its own, without a version in it.
        return (folders + ["\(prefix)/Lib/site-packages"]).map { "\($0)/openvino" }
    }

    private static let systemFolders = [
        "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib",
        "/opt/homebrew/lib", "/usr/local/opt/openvino/lib",
    ]

    private func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    private func list(_ name: String) -> [String] {
        (value(name) ?? "").split(separator: ":").map(String.init)
    }

    // MARK: Files

    /// The library in one of the folders of a place, of several versions the last.
    private static func library(under place: String) -> String? {
        for folder in folders {
            let path = folder.isEmpty ? place : "\(place)/\(folder)"
            let found = contents(of: path).filter { $0.hasPrefix(fileName) }
            if let name = found.max(by: { $0.compare($1, options: .numeric) == .orderedAscending }) {
                return "\(path)/\(name)"
            }
        }
        return nil
    }

    static func contents(of folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    private static func isFolder(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/.") }

    private static func isFile(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path) && !isFolder(path)
    }
}
