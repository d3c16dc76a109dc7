import Foundation

/// One pull: lists the repository, chooses files, brings each blob, links the snapshot, and names it last, so that
/// whoever reads the cache meanwhile sees the old model or the new one.
struct Pull {
    let connection: HubConnection
    let cache: HubCache
    let name: ModelName
    let revision: String
    let progress: @Sendable (PullProgress) -> Void

    func run() async throws(HubError) -> LocalModel {
        let commit = try await connection.commit(of: name.repository, revision: revision)
        let files = try await connection.files(of: name.repository, revision: commit)
        let chosen = try choose(from: files)
        let folder = cache.repositoryFolder(name)
        let snapshot = "\(folder)/snapshots/\(commit)"
        let total = chosen.reduce(0) { $0 + $1.size }
        try checkSpace(for: chosen, in: folder)

        var meter = TransferMeter(total: total, report: progress)
        for file in chosen {
            let url = connection.url(of: file.path, in: name.repository, commit: commit)
            var download = BlobDownload(file: file, url: url, folder: "\(folder)/blobs")
            meter.begin(file: file.path)
            try await download.run(connection, meter: &meter)
            meter.end(size: file.size)
            try CacheWriter.link(file.path, blob: file.blobName, snapshot: snapshot)
        }
        try CacheWriter.write(commit, to: "\(folder)/refs/\(revision)")
        let paths = chosen.map(\.path)
        guard let files = ModelFiles(choosingFrom: paths) else {
            throw .noMatchingFile(repository: name.repository, wanted: name.description, available: paths)
        }
        return switch files {
        case .gguf(let paths):
            LocalModel(name: name.description, kind: .gguf, path: "\(snapshot)/\(paths[0])", size: total)
        case .folder: LocalModel(name: name.description, kind: .folder, path: snapshot, size: total)
        }
    }

    private func choose(from files: [RepositoryFile]) throws(HubError) -> [RepositoryFile] {
        let paths = files.map(\.path)
        guard let chosen = ModelFiles(choosingFrom: paths, selector: name.selector) else {
            throw .noMatchingFile(
                repository: name.repository, wanted: name.selector ?? "a GGUF or safetensors model",
                available: ModelFiles.choices(in: paths))
        }
        let wanted = Set(chosen.paths)
        return files.filter { wanted.contains($0.path) }.sorted { ($0.size, $0.path) < ($1.size, $1.path) }
    }

    /// What is still to come must fit the disk.
    private func checkSpace(for files: [RepositoryFile], in folder: String) throws(HubError) {
        try CacheWriter.makeFolder("\(folder)/blobs")
        let needed = files.reduce(0) { sum, file in
            let blob = "\(folder)/blobs/\(file.blobName)"
            return sum + max(0, file.size - CacheWriter.size(blob) - CacheWriter.size(blob + BlobDownload.suffix))
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        if let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue, free < needed {
            throw .diskFull(path: folder, neededBytes: needed, availableBytes: free)
        }
    }
}
