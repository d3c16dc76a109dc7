import UntrustedInput

/// `organisation/name`, with `:selector` behind it where one of several files is meant: a quantisation (`q4_k_m`) or a
/// file of the repository.
public struct ModelName: Equatable, Hashable, Sendable, CustomStringConvertible {
    public let organisation: String
    public let name: String
    public let selector: String?

    /// nil where the text is no model name. Both parts become folder names and parts of a URL, so only the hub's own
    /// alphabet passes: ASCII letters, digits, `-`, `_`, `.`, without `..` or `--`, not beginning or ending with `-` or `.`.
    public init?(_ text: String) {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy(Self.isValid) else { return nil }
        if halves.count == 2 {
            guard RepositoryPath.isSafe(String(halves[1])) else { return nil }
            selector = String(halves[1])
        } else {
            selector = nil
        }
        organisation = String(parts[0])
        name = String(parts[1])
    }

    public var repository: String { "\(organisation)/\(name)" }
    public var description: String { selector.map { "\(repository):\($0)" } ?? repository }

    /// The folder of the repository in the cache.
    var cacheFolder: String { "models--\(organisation)--\(name)" }

    /// The name whose folder this is, nil for any other folder.
    init?(cacheFolder: String) {
        let prefix = "models--"
        guard cacheFolder.hasPrefix(prefix) else { return nil }
        let rest = cacheFolder.dropFirst(prefix.count)
        guard let separator = rest.firstRange(of: "--") else { return nil }
        self.init("\(rest[..<separator.lowerBound])/\(rest[separator.upperBound...])")
    }

    private static func isValid(_ part: Substring) -> Bool {
        let isEdge: (Character?) -> Bool = { $0 == "-" || $0 == "." }
        return !part.isEmpty && part.utf8.count <= Limits.hubNameBytes && !isEdge(part.first) && !isEdge(part.last)
            && !part.contains("..") && !part.contains("--")
            && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" || $0 == "_" || $0 == "." }
    }
}
