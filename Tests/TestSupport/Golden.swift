public import Foundation

/// Where the oracle data of other publishers stands: `SWIFTLET_GOLDEN`, else `shared/golden/open` beside the checkout.
///
/// Small data made by scripts is committed with the tests; this folder holds what the repository may not carry.
public enum Golden {
    /// The root of the checkout.
    public static let repository: URL =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The folder of golden data, nil where this machine has none.
    public static let folder: URL? = {
        let candidates =
            ProcessInfo.processInfo.environment["SWIFTLET_GOLDEN"].map { [URL(fileURLWithPath: $0)] }
            ?? [repository.deletingLastPathComponent().appendingPathComponent("shared/golden/open")]
        return candidates.first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    /// A file or folder in the golden data, nil where it is not there.
    public static func path(_ relative: String) -> String? {
        guard let path = folder?.appendingPathComponent(relative).path, FileManager.default.fileExists(atPath: path)
        else { return nil }
        return path
    }
}
