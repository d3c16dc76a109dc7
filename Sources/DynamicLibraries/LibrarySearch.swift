internal import Foundation

/// Where a library of somebody else's may stand, and how it is called there.
///
/// Folders are looked at, nothing is run: no Python, no shell. The working folder is no place, for whoever unpacks a
/// stranger's archive and starts a program in it does not mean to run the archive's code.
package struct LibrarySearch: Sendable {
    /// What is looked for.
    package struct Library: Sendable {
        /// What the file is called; on Linux what follows is its version, and differs from release to release.
        package let fileName: String
        /// The environment's variable that names a library, or a folder with it.
        package let variable: String
        /// The folder of its Python package in `site-packages`.
        package let package: String
        /// Folders of a place that may hold it, in order.
        package let folders: [String]
        /// Folders that its maker's archive is unpacked to, of several releases the last first.
        package let archives: @Sendable ([String: String]) -> [String]

        package init(
            name: String, windowsName: String, variable: String, package: String, folders: [String],
            archives: @escaping @Sendable ([String: String]) -> [String] = { _ in [] }
        ) {
            #if os(Windows)
                fileName = windowsName + ".dll"
            #elseif os(macOS)
                // Some have their version before the ending: `libonnxruntime.1.32.0.dylib`.
                fileName = "lib\(name)"
            #else
                fileName = "lib\(name).so"
            #endif
            self.variable = variable
            self.package = package
            self.folders = folders
            self.archives = archives
        }
    }

    private let library: Library
    private let environment: [String: String]

    package init(for library: Library, environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.library = library
        self.environment = environment
    }

    /// Finds the library.
    ///
    /// - Parameter path: what the user names, a library or a folder; it is then the only place.
    /// - Throws: ``LibraryError/notFound(searched:)``.
    package func find(_ path: String? = nil) throws(LibraryError) -> String {
        if let named = [path, value(library.variable)].compactMap({ $0 }).first {
            if Self.isFile(named) { return named }
            guard let found = found(under: named) else { throw .notFound(searched: [named]) }
            return found
        }
        let places = places
        for place in places {
            if let found = found(under: place) { return found }
        }
        throw .notFound(searched: places)
    }

    /// Everywhere that is looked, in order, each place once; only those that exist.
    package var places: [String] {
        var seen: Set<String> = []
        return (library.archives(environment) + libraryPath + pythons + Self.systemFolders)
            .filter { Self.isFolder($0) && seen.insert($0).inserted }
    }

    // MARK: Places

    private var libraryPath: [String] {
        ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"].flatMap { list($0) }
    }

    /// `site-packages` of the environments that are active, of the user, and of each Python on the `PATH`.
    private var pythons: [String] {
        var prefixes = [value("VIRTUAL_ENV"), value("CONDA_PREFIX"), value("HOME").map { $0 + "/.local" }]
            .compactMap { $0 }
        for folder in list("PATH")
        where ["python3", "python", "python.exe"].contains(where: { Self.isFile("\(folder)/\($0)") }) {
            prefixes.append(URL(fileURLWithPath: folder).deletingLastPathComponent().path)
            // On Windows it stands beside its packages, where it is not in an environment of its own.
            if Self.isFile("\(folder)/python.exe") { prefixes.append(folder) }
        }
        prefixes += ["/usr/local", "/usr"]
        let own = prefixes.flatMap { sitePackages(of: $0) }
        let home = value("HOME").map { "\($0)/Library/Python" } ?? ""
        return own
            + Self.contents(of: home).sorted(by: >).map { "\(home)/\($0)/lib/python/site-packages/\(library.package)" }
    }

    private func sitePackages(of prefix: String) -> [String] {
        let versions = Self.contents(of: "\(prefix)/lib").filter { $0.hasPrefix("python3") }.sorted(by: >)
        let folders = versions.flatMap { version in
            ["site-packages", "dist-packages"].map { "\(prefix)/lib/\(version)/\($0)" }
        }
        // Windows has one of its own, without a version in it.
        return (folders + ["\(prefix)/Lib/site-packages"]).map { "\($0)/\(library.package)" }
    }

    private static let systemFolders = [
        "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib",
        "/opt/homebrew/lib",
    ]

    private func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    private func list(_ name: String) -> [String] {
        #if os(Windows)
            let separator: Character = ";"
        #else
            let separator: Character = ":"
        #endif
        return (value(name) ?? "").split(separator: separator).map(String.init)
    }

    // MARK: Files

    /// The library in one of the folders of a place, of several versions the last.
    private func found(under place: String) -> String? {
        for folder in library.folders {
            let path = folder.isEmpty ? place : "\(place)/\(folder)"
            let found = Self.contents(of: path).filter(isName)
            if let name = found.max(by: { $0.compare($1, options: .numeric) == .orderedAscending }) {
                return "\(path)/\(name)"
            }
        }
        return nil
    }

    private func isName(_ name: String) -> Bool {
        guard name.hasPrefix(library.fileName) else { return false }
        #if os(macOS)
            return name.hasSuffix(".dylib") && !name.dropFirst(library.fileName.count).hasPrefix("_")
        #else
            return true
        #endif
    }

    package static func contents(of folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    private static func isFolder(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/.") }

    private static func isFile(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path) && !isFolder(path)
    }
}
