import Foundation

/// The Hugging Face cache of this machine, shared with every other program that uses it.
///
///     models--org--name/
///         blobs/<digest>                     the bytes
///         refs/main                          the commit a revision stood for
///         snapshots/<commit>/<file>          a link to ../../blobs/<digest>
public struct HubCache: Sendable {
    /// The folder that holds `models--…`.
    public let folder: String
    /// Further places of models: files and folders under their own names.
    public let localFolders: [String]

    public init(folder: String, localFolders: [String] = []) {
        self.folder = folder
        self.localFolders = localFolders
    }

    /// The places that the environment names: `HF_HUB_CACHE`, `HF_HOME/hub`, `XDG_CACHE_HOME/huggingface/hub`,
    /// `~/.cache/huggingface/hub`; then `weights` here and `$XDG_DATA_HOME/swiftlet`.
    public init(environment: [String: String]) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : ($0 as NSString).expandingTildeInPath }
        }
        let home = value("HOME") ?? NSHomeDirectory()
        folder =
            value("HF_HUB_CACHE") ?? value("HF_HOME").map { $0 + "/hub" }
            ?? (value("XDG_CACHE_HOME") ?? home + "/.cache") + "/huggingface/hub"
        localFolders = ["weights", (value("XDG_DATA_HOME") ?? home + "/.local/share") + "/swiftlet"]
    }

    /// The cache of this process's environment.
    public static var system: HubCache { HubCache(environment: ProcessInfo.processInfo.environment) }

    func repositoryFolder(_ name: ModelName) -> String { "\(folder)/\(name.cacheFolder)" }

    /// The snapshots of a repository, the one that `main` stands for first, then the newest.
    func snapshots(of name: ModelName) -> [String] {
        let folder = repositoryFolder(name)
        let reference = FileManager.default.contents(atPath: "\(folder)/refs/main")
            .map { String(decoding: $0.prefix(64), as: UTF8.self).filter { !$0.isWhitespace } }
        let commits = Self.contents(of: "\(folder)/snapshots").map {
            (name: $0, date: Self.date("\(folder)/snapshots/\($0)"))
        }
        return commits.sorted { a, b in
            a.name == reference || b.name != reference && (a.date, a.name) > (b.date, b.name)
        }.map { "\(folder)/snapshots/\($0.name)" }
    }

    static func contents(of folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private static func date(_ path: String) -> Date {
        (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date) ?? .distantPast
    }
}
