public import Foundation

/// A library of our own in place of somebody else's, built of one C file with what is to go wrong.
public enum FakeCLibrary {
    /// The compiler that comes with Swift; nil where no library is built this way.
    public static let clang: String? = {
        #if os(Linux)
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            let withSwift = folders.filter { FileManager.default.isExecutableFile(atPath: "\($0)/swift") }
            return withSwift.map { "\($0)/clang" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        #else
            return nil
        #endif
    }()

    /// Builds it and returns its path.
    ///
    /// - Parameters:
    ///   - file: the C file.
    ///   - name: what the library is called.
    ///   - macros: `NAME=VALUE`.
    /// - Throws: a `CocoaError` where there is no compiler or it fails.
    public static func build(_ file: URL, name: String, macros: [String]) throws -> String {
        guard let clang else { throw CocoaError(.fileNoSuchFile) }
        let path = try ScratchFolder.make().appendingPathComponent(name).path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: clang)
        process.arguments = ["-shared", "-fPIC", "-o", path, file.path] + macros.map { "-D" + $0 }
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
        return path
    }
}

/// Folders for what a test writes.
public enum ScratchFolder {
    public static func make() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
