import UntrustedInput

/// One file as the hub announces it, already checked: its path is plain, its digest hexadecimal.
public struct RepositoryFile: Equatable, Sendable {
    public enum Digest: Equatable, Sendable {
        /// Of a large file: SHA-256 of its bytes.
        case sha256(String)
        /// Of a small file: SHA-1 as git computes it, over a header with the size and the bytes.
        case gitBlob(String)
    }

    public let path: String
    public let size: Int
    public let digest: Digest

    /// The name of the blob in the cache.
    var blobName: String {
        switch digest {
        case .sha256(let name), .gitBlob(let name): name
        }
    }
}

/// The answer to `/api/models/{repository}/tree/{revision}`: https://huggingface.co/docs/hub/api
enum RepositoryListing {
    static func files(parsing bytes: [UInt8], repository: String, url: String) throws(HubError) -> [RepositoryFile] {
        guard let entries = try json(bytes, url: url).array else {
            throw .malformedResponse(url: url, reason: "not a list of files")
        }
        var files: [RepositoryFile] = []
        for entry in entries where entry["type"]?.string == "file" {
            files.append(try file(entry, repository: repository, url: url))
        }
        return files
    }

    /// The commit that a revision stands for: the member `sha` of `/api/models/{repository}/revision/{revision}`.
    static func commit(parsing bytes: [UInt8], url: String) throws(HubError) -> String {
        guard let commit = try json(bytes, url: url)["sha"]?.string, isHexadecimal(commit, count: 40) else {
            throw .malformedResponse(url: url, reason: "no commit id in \"sha\"")
        }
        return commit
    }

    private static func json(_ bytes: [UInt8], url: String) throws(HubError) -> JSON {
        do {
            return try JSON(parsing: bytes, file: url)
        } catch {
            throw .malformedResponse(url: url, reason: error.description)
        }
    }

    private static func file(_ entry: JSON, repository: String, url: String) throws(HubError) -> RepositoryFile {
        guard let path = entry["path"]?.string else {
            throw .malformedResponse(url: url, reason: "a file without path")
        }
        guard RepositoryPath.isSafe(path) else { throw .unsafeFileName(repository: repository, file: path) }
        let large = entry["lfs"]
        guard let size = (large?["size"] ?? entry["size"])?.integer, (0...Limits.hubFileBytes).contains(size) else {
            throw .malformedResponse(url: url, reason: "\(path): no plausible size")
        }
        if let large, !large.isNull {
            // Old entries carry the digest behind the name of its algorithm.
            let text = large["oid"]?.string ?? ""
            let digest = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
            guard isHexadecimal(digest, count: 64) else {
                throw .malformedResponse(url: url, reason: "\(path): no SHA-256")
            }
            return RepositoryFile(path: path, size: size, digest: .sha256(digest))
        }
        guard let digest = entry["oid"]?.string, isHexadecimal(digest, count: 40) else {
            throw .malformedResponse(url: url, reason: "\(path): no object id")
        }
        return RepositoryFile(path: path, size: size, digest: .gitBlob(digest))
    }

    private static func isHexadecimal(_ text: String, count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
