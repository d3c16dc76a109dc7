import Foundation

/// A model that stands on this machine.
public struct LocalModel: Equatable, Sendable {
    public enum Kind: String, Sendable {
        case gguf
        /// A Hugging Face folder: configuration, tokenizer, safetensors.
        case folder
    }

    /// What a user calls it.
    public let name: String
    public let kind: Kind
    /// The GGUF file (of several parts the first) or the folder.
    public let path: String
    /// Bytes of all its files.
    public let size: Int
}

extension HubCache {
    /// Finds a model by path or name: a path that exists is itself; `organisation/name` and what may follow it is
    /// looked for in the cache; any name in ``localFolders``.
    ///
    /// - Throws: ``HubError/modelNotFound(name:searched:)``, ``HubError/noMatchingFile(repository:wanted:available:)``
    ///   where the model is there and the file that was asked for is not.
    public func resolve(_ name: String) throws(HubError) -> LocalModel {
        if let model = Self.model(at: name, name: name) { return model }
        if let parsed = ModelName(name), let model = try cached(parsed) { return model }
        for folder in localFolders {
            if let model = local(name, in: folder) { return model }
        }
        throw .modelNotFound(name: name, searched: [folder] + localFolders)
    }

    /// Every model of the cache and the local folders, by name.
    public func list() -> [LocalModel] {
        var models: [LocalModel] = []
        for entry in Self.contents(of: folder) {
            guard let name = ModelName(cacheFolder: entry), let snapshot = snapshots(of: name).first else { continue }
            models += Self.models(in: snapshot, name: name.repository)
        }
        for folder in localFolders {
            for entry in Self.contents(of: folder) where !entry.hasPrefix(".") {
                let path = "\(folder)/\(entry)"
                if entry.lowercased().hasSuffix(".gguf"), let model = Self.model(at: path, name: entry) {
                    models.append(model)
                } else {
                    models += Self.models(in: path, name: entry)
                }
            }
        }
        var seen: Set<String> = []
        return models.filter { seen.insert($0.path).inserted }.sorted { ($0.name, $0.path) < ($1.name, $1.path) }
    }

    // MARK: Places

    private func cached(_ name: ModelName) throws(HubError) -> LocalModel? {
        var available: [String] = []
        for snapshot in snapshots(of: name) {
            let files = Self.files(in: snapshot)
            if let model = Self.model(in: snapshot, files: files, selector: name.selector, name: name.description) {
                return model
            }
            available += ModelFiles.choices(in: files)
        }
        if let selector = name.selector, !available.isEmpty {
            throw .noMatchingFile(repository: name.repository, wanted: selector, available: available)
        }
        return nil
    }

    /// `name` here may also be the plain name of a file or folder, with or without `.gguf`, with or without `:selector`.
    private func local(_ name: String, in folder: String) -> LocalModel? {
        let halves = name.split(separator: ":", maxSplits: 1).map(String.init)
        guard let base = halves.first, RepositoryPath.isSafe(base) else { return nil }
        let lastPart = base.split(separator: "/").last.map(String.init) ?? base
        for candidate in [base, lastPart] {
            for path in ["\(folder)/\(candidate)", "\(folder)/\(candidate).gguf"] {
                let selector = halves.count > 1 ? halves[1] : nil
                if let model = Self.model(at: path, name: name, selector: selector) { return model }
            }
        }
        return nil
    }

    // MARK: Models

    /// The model that a path is: a file, or a folder that holds one.
    private static func model(at path: String, name: String, selector: String? = nil) -> LocalModel? {
        guard let isFolder = isFolder(path) else { return nil }
        guard isFolder else {
            return selector == nil ? LocalModel(name: name, kind: .gguf, path: path, size: size(path)) : nil
        }
        // A folder that exists is itself, whatever is in it: its reader knows best what is missing.
        let files = files(in: path)
        let all = files.reduce(0) { $0 + size("\(path)/\($1)") }
        return model(in: path, files: files, selector: selector, name: name)
            ?? (selector == nil ? LocalModel(name: name, kind: .folder, path: path, size: all) : nil)
    }

    private static func model(in folder: String, files: [String], selector: String?, name: String) -> LocalModel? {
        guard let chosen = ModelFiles(choosingFrom: files, selector: selector) else { return nil }
        return model(in: folder, chosen, name: name)
    }

    private static func model(in folder: String, _ files: ModelFiles, name: String) -> LocalModel {
        let size = files.paths.reduce(0) { $0 + Self.size("\(folder)/\($1)") }
        return switch files {
        case .gguf(let paths): LocalModel(name: name, kind: .gguf, path: "\(folder)/\(paths[0])", size: size)
        case .folder: LocalModel(name: name, kind: .folder, path: folder, size: size)
        }
    }

    /// Each GGUF of a folder under its own selector, or the folder as one model.
    private static func models(in path: String, name: String) -> [LocalModel] {
        let files = files(in: path)
        let choices = ModelFiles.choices(in: files)
        guard !choices.isEmpty else {
            return [model(in: path, files: files, selector: nil, name: name)].compactMap { $0 }
        }
        return choices.compactMap { model(in: path, files: files, selector: $0, name: "\(name):\($0)") }
    }

    // MARK: Files

    /// The files of a folder and of the folders right in it, links that lead nowhere left out.
    private static func files(in folder: String) -> [String] {
        contents(of: folder).flatMap { entry in
            guard let isFolder = isFolder("\(folder)/\(entry)") else { return [String]() }
            guard isFolder else { return [entry] }
            return contents(of: "\(folder)/\(entry)").filter { $0.lowercased().hasSuffix(".gguf") }
                .filter { FileManager.default.fileExists(atPath: "\(folder)/\(entry)/\($0)") }.map { "\(entry)/\($0)" }
        }
    }

    /// nil where nothing is, at the end of a link neither.
    private static func isFolder(_ path: String) -> Bool? {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) ? isFolder.boolValue : nil
    }

    private static func size(_ path: String) -> Int {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: target)[.size] as? Int) ?? 0
    }
}
