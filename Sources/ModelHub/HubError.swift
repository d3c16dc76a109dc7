/// Why a model could not be found or brought, one case for each thing a user can do something about.
public enum HubError: Error, Equatable, Sendable {
    /// Not of the form `organisation/name`, with `:quantisation` or `:file` behind it at most.
    case invalidName(name: String)
    /// Nothing of that name stands on this machine.
    case modelNotFound(name: String, searched: [String])
    /// The repository has no file that was asked for.
    case noMatchingFile(repository: String, wanted: String, available: [String])
    /// The hub does not know the repository, revision or file.
    case notFound(url: String)
    /// The hub wants a token, or one with more rights: a gated or private model.
    case notPermitted(url: String, status: Int)
    /// `HF_HUB_OFFLINE` forbids what was asked.
    case offline(url: String)
    /// No connection: no network, an unknown host, a refused connection.
    case unreachable(url: String, reason: String)
    /// The connection broke or stood still, more often than was worth retrying.
    case interrupted(url: String, reason: String, attempts: Int)
    /// The server failed or was too busy, more often than was worth retrying.
    case serverFailed(url: String, status: Int, attempts: Int)
    /// The server's answer makes no sense.
    case malformedResponse(url: String, reason: String)
    /// Too many redirects, or one to where no model should come from.
    case refusedRedirect(url: String, location: String)
    /// A file name that would lead out of the model's folder.
    case unsafeFileName(repository: String, file: String)
    case sizeMismatch(url: String, expected: Int, found: Int)
    case checksumMismatch(url: String, expected: String, found: String)
    case diskFull(path: String, neededBytes: Int, availableBytes: Int?)
    case cannotWrite(path: String, reason: String)
    /// Another process is bringing the same file.
    case busy(path: String)
    case cancelled
}

extension HubError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidName(let name):
            "\(name): not a model name; expected organisation/name, organisation/name:quantisation or a path that exists"
        case .modelNotFound(let name, let searched):
            "\(name): no such model on this machine (looked in \(searched.joined(separator: ", ")))."
                + (ModelName(name).map { "\nBring it with: swiftlet pull \($0)" } ?? "")
        case .noMatchingFile(let repository, let wanted, let available):
            "\(repository): no file for \(wanted); there are: "
                + (available.isEmpty ? "no model files" : available.joined(separator: ", "))
        case .notFound(let url):
            "\(url): the hub has no such model, revision or file"
        case .notPermitted(let url, let status):
            "\(url): access refused (HTTP \(status)); the model may be gated or private: set HF_TOKEN to a token that may read it"
        case .offline(let url):
            "\(url): not fetched, HF_HUB_OFFLINE is set"
        case .unreachable(let url, let reason):
            "\(url): cannot be reached (\(reason)); check the network, or set HF_ENDPOINT to a mirror"
        case .interrupted(let url, let reason, let attempts):
            "\(url): the connection broke (\(reason)), \(attempts) attempts; what came is kept, pull again to go on"
        case .serverFailed(let url, let status, let attempts):
            "\(url): the server answers HTTP \(status) after \(attempts) attempts"
        case .malformedResponse(let url, let reason):
            "\(url): unexpected answer: \(reason)"
        case .refusedRedirect(let url, let location):
            "\(url): redirect to \(location) not followed"
        case .unsafeFileName(let repository, let file):
            "\(repository): file name \(file.debugDescription) refused: not a plain path inside the model's folder"
        case .sizeMismatch(let url, let expected, let found):
            "\(url): \(found) bytes, announced were \(expected)"
        case .checksumMismatch(let url, let expected, let found):
            "\(url): checksum \(found), announced was \(expected)"
        case .diskFull(let path, let needed, let available):
            "\(path): \(needed) bytes are needed" + (available.map { ", \($0) are free" } ?? ", the disk is full")
        case .cannotWrite(let path, let reason):
            "\(path): cannot be written: \(reason)"
        case .busy(let path):
            "\(path): another process is bringing this file"
        case .cancelled:
            "cancelled; what came is kept, pull again to go on"
        }
    }
}
