import AsyncHTTPClient
import Foundation

/// Brings models from a Hugging Face hub into the cache.
public struct HubClient: Sendable {
    /// Where the hub is and how patient to be with it.
    public struct Configuration: Sendable {
        public var endpoint = "https://huggingface.co"
        /// Sent to the endpoint's own host and port only, never to where it redirects.
        public var token: String?
        public var isOffline = false
        /// For `https`, `host:port` or a URL of an HTTP proxy.
        public var proxy: String?
        /// Attempts in a row that bring not one byte more, before giving up.
        public var maximumAttempts = 6
        /// Before the second attempt; doubles with each further one.
        public var firstDelay = Duration.milliseconds(500)
        public var maximumDelay = Duration.seconds(30)
        public var connectTimeout = Duration.seconds(20)
        /// How long a connection may stand still.
        public var stallTimeout = Duration.seconds(60)

        public init() {}

        /// Follows `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE` and `HTTPS_PROXY`.
        public init(environment: [String: String]) {
            func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
            if let text = value("HF_ENDPOINT") { endpoint = text }
            while endpoint.hasSuffix("/") { endpoint.removeLast() }
            token = value("HF_TOKEN")
            isOffline = ["1", "ON", "YES", "TRUE"].contains((value("HF_HUB_OFFLINE") ?? "").uppercased())
            proxy = value("HTTPS_PROXY") ?? value("https_proxy")
        }

        /// The configuration of this process's environment.
        public static var system: Configuration { Configuration(environment: ProcessInfo.processInfo.environment) }
    }

    public let configuration: Configuration
    public let cache: HubCache

    public init(configuration: Configuration = .system, cache: HubCache = .system) {
        self.configuration = configuration
        self.cache = cache
    }

    /// Brings a model and gives its place in the cache. What is there already, whole, is not fetched again; what came
    /// of a broken pull is gone on with. Offline, a model that is here already is the answer.
    ///
    /// - Parameters:
    ///   - name: `organisation/name`, with `:quantisation` or `:file` behind it; 4 bits where nobody says.
    ///   - revision: a branch, tag or commit.
    ///   - progress: called at most ten times a second, and at the end of each file.
    public func pull(
        _ name: String, revision: String = "main", progress: @escaping @Sendable (PullProgress) -> Void = { _ in }
    ) async throws(HubError) -> LocalModel {
        guard let name = ModelName(name) else { throw .invalidName(name: name) }
        guard RepositoryPath.isSafe(revision) else { throw .invalidName(name: revision) }
        if configuration.isOffline {
            if let model = try? cache.resolve(name.description) { return model }
            throw .offline(url: "\(configuration.endpoint)/\(name.repository)")
        }
        return try await withConnection { connection throws(HubError) in
            try await Pull(connection: connection, cache: cache, name: name, revision: revision, progress: progress)
                .run()
        }
    }

    /// The files of a repository at a revision.
    public func files(of name: String, revision: String = "main") async throws(HubError) -> [RepositoryFile] {
        guard let name = ModelName(name) else { throw .invalidName(name: name) }
        guard RepositoryPath.isSafe(revision) else { throw .invalidName(name: revision) }
        if configuration.isOffline { throw .offline(url: "\(configuration.endpoint)/\(name.repository)") }
        return try await withConnection { connection throws(HubError) in
            try await connection.files(of: name.repository, revision: revision)
        }
    }

    private func withConnection<Value: Sendable>(
        _ body: (HubConnection) async throws(HubError) -> Value
    ) async throws(HubError) -> Value {
        let connection = try HubConnection(configuration)
        let result: Result<Value, HubError>
        do {
            result = .success(try await body(connection))
        } catch {
            result = .failure(error)
        }
        await connection.shutdown()
        return try result.get()
    }
}

/// How far a pull is.
public struct PullProgress: Equatable, Sendable {
    /// The file that is being brought.
    public let file: String
    /// Bytes of all files of the model that are here, and that there are.
    public let received: Int
    public let total: Int
    /// Lately; nil before there is anything to tell.
    public let bytesPerSecond: Double?
}
