import AsyncHTTPClient
import Foundation
import UntrustedInput

/// Requests to the hub: redirects followed by hand, the token kept at home, failures sorted into those worth another
/// attempt and those that are final.
struct HubConnection: Sendable {
    /// One failed attempt.
    enum Failure: Error {
        case final(HubError)
        /// Worth another attempt, not before `delay` where the server named one; `error` says so if there is none left.
        case transient(delay: Duration?, error: @Sendable (_ attempts: Int) -> HubError)

        /// What to do about a transient failure; throws a final one.
        func transience() throws(HubError) -> (delay: Duration?, error: @Sendable (_ attempts: Int) -> HubError) {
            switch self {
            case .final(let error): throw error
            case .transient(let delay, let error): return (delay, error)
            }
        }
    }

    let configuration: HubClient.Configuration
    private let endpoint: URL
    private let client: HTTPClient

    /// A hub never reached at all is given up early: most likely there is no network.
    private static let attemptsToReach = 3

    init(_ configuration: HubClient.Configuration) throws(HubError) {
        guard let endpoint = URL(string: configuration.endpoint),
            ["http", "https"].contains(endpoint.scheme?.lowercased()),
            endpoint.host != nil
        else {
            throw .unreachable(url: configuration.endpoint, reason: "HF_ENDPOINT is no http or https address")
        }
        self.configuration = configuration
        self.endpoint = endpoint
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout.connect = .nanoseconds(configuration.connectTimeout.nanoseconds)
        settings.timeout.read = .nanoseconds(configuration.stallTimeout.nanoseconds)
        // Retrying is done here, where it is known what is worth it.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.httpVersion = .http1Only
        if endpoint.scheme?.lowercased() == "https", let proxy = configuration.proxy {
            guard let url = URL(string: proxy.contains("://") ? proxy : "http://\(proxy)"), let host = url.host else {
                throw .unreachable(url: proxy, reason: "HTTPS_PROXY is no address")
            }
            settings.proxy = .server(host: host, port: url.port ?? 80)
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    func shutdown() async {
        try? await client.shutdown()
    }

    // MARK: Repositories

    /// The commit that a revision stands for.
    func commit(of repository: String, revision: String) async throws(HubError) -> String {
        let url = "\(configuration.endpoint)/api/models/\(repository)/revision/\(escapedRevision(revision))"
        return try RepositoryListing.commit(parsing: try await answer(url).bytes, url: url)
    }

    /// All files of a repository; long lists come in pages, the next named by a `Link` header (RFC 8288).
    func files(of repository: String, revision: String) async throws(HubError) -> [RepositoryFile] {
        var next: String? =
            "\(configuration.endpoint)/api/models/\(repository)/tree/\(escapedRevision(revision))?recursive=true"
        var files: [RepositoryFile] = []
        for _ in 0..<Limits.hubPageCount {
            guard let url = next else { return files }
            let page = try await answer(url)
            files += try RepositoryListing.files(parsing: page.bytes, repository: repository, url: url)
            guard files.count <= Limits.hubFileCount else { break }
            next = try page.next.map { link throws(HubError) in
                guard let target = URL(string: link, relativeTo: URL(string: url))?.absoluteURL, isHome(target) else {
                    throw .refusedRedirect(url: url, location: link)
                }
                return target.absoluteString
            }
        }
        throw .malformedResponse(url: configuration.endpoint + "/" + repository, reason: "too many files")
    }

    func url(of path: String, in repository: String, commit: String) -> String {
        "\(configuration.endpoint)/\(repository)/resolve/\(commit)/\(RepositoryPath.escaped(path))"
    }

    private func escapedRevision(_ revision: String) -> String {
        RepositoryPath.escaped(revision).replacing("/", with: "%2F")
    }

    // MARK: Requests

    /// Does `body` until it succeeds, fails for good, or fails `maximumAttempts` times in a row without progress.
    ///
    /// - Parameter progress: a number that grows with every byte that need not be fetched again.
    func retrying<Value>(
        progress: () -> Int = { 0 }, _ body: () async throws(Failure) -> Value
    ) async throws(HubError) -> Value {
        var attempts = 0
        var reached = progress()
        while true {
            do throws(Failure) {
                if Task.isCancelled { throw .final(.cancelled) }
                return try await body()
            } catch {
                let (wanted, failure) = try error.transience()
                if Task.isCancelled { throw .cancelled }
                if progress() > reached { attempts = 0 }
                reached = progress()
                attempts += 1
                let isPatient = (wanted ?? .zero) <= .seconds(Limits.hubRetrySeconds)
                guard attempts < allowed(after: failure(attempts), reached: reached), isPatient else {
                    throw failure(attempts)
                }
                let doubled = configuration.firstDelay * (1 << min(attempts - 1, 16))
                // Up to a quarter more, so that many clients of a server that fell over don't return at once.
                let delay = min(doubled, configuration.maximumDelay) * Double.random(in: 1...1.25)
                do { try await Task.sleep(for: max(delay, wanted ?? .zero)) } catch { throw .cancelled }
            }
        }
    }

    private func allowed(after error: HubError, reached: Int) -> Int {
        if case .unreachable = error, reached == 0 { return min(configuration.maximumAttempts, Self.attemptsToReach) }
        return configuration.maximumAttempts
    }

    /// One GET, redirects followed. Gives the answer with its head read and its body not yet.
    ///
    /// - Parameter firstByte: above 0, only the bytes from there are asked for; the server may answer 206 or 200.
    func get(_ url: String, firstByte: Int = 0) async throws(Failure) -> HTTPClientResponse {
        guard var target = URL(string: url) else { throw .final(.malformedResponse(url: url, reason: "no address")) }
        for _ in 0...Limits.hubRedirectCount {
            var request = HTTPClientRequest(url: target.absoluteString)
            request.headers.add(name: "User-Agent", value: "swiftlet")
            request.headers.add(name: "Accept-Encoding", value: "identity")
            if firstByte > 0 { request.headers.add(name: "Range", value: "bytes=\(firstByte)-") }
            if let token = configuration.token, isHome(target) {
                request.headers.add(name: "Authorization", value: "Bearer \(token)")
            }
            let response: HTTPClientResponse
            do {
                response = try await client.execute(request, deadline: .distantFuture)
            } catch {
                throw Self.failure(error, url: url)
            }
            switch response.status.code {
            case 200, 206, 416: return response
            case 301, 302, 303, 307, 308: target = try redirect(response, from: target, for: url)
            default: throw Self.failure(response, url: url)
            }
        }
        throw .final(.refusedRedirect(url: url, location: target.absoluteString))
    }

    private func answer(_ url: String) async throws(HubError) -> (bytes: [UInt8], next: String?) {
        try await retrying { () throws(Failure) in
            let response = try await get(url)
            let bytes = try await Self.body(of: response, url: url)
            return (bytes, response.headers["Link"].lazy.compactMap(Self.nextLink).first)
        }
    }

    /// The whole body, bounded by ``Limits/hubAnswerBytes``.
    private static func body(of response: HTTPClientResponse, url: String) async throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await buffer in response.body {
                guard buffer.readableBytes <= Limits.hubAnswerBytes - bytes.count else {
                    let reason = "more than \(Limits.hubAnswerBytes) bytes"
                    throw Failure.final(.malformedResponse(url: url, reason: reason))
                }
                bytes += buffer.readableBytesView
            }
            return bytes
        } catch {
            throw failure(error, url: url)
        }
    }

    private func redirect(_ response: HTTPClientResponse, from source: URL, for url: String) throws(Failure) -> URL {
        let location = response.headers.first(name: "Location") ?? ""
        guard !location.isEmpty, let target = URL(string: location, relativeTo: source)?.absoluteURL,
            target.host != nil,
            let scheme = target.scheme?.lowercased(),
            // Never from a protected connection to an open one.
            scheme == "https" || scheme == "http" && source.scheme?.lowercased() == "http"
        else { throw .final(.refusedRedirect(url: url, location: location)) }
        return target
    }

    /// Whether a URL is the endpoint's: same scheme, host and port.
    private func isHome(_ url: URL) -> Bool {
        func origin(_ url: URL) -> [String] {
            let scheme = url.scheme?.lowercased() ?? ""
            return [scheme, url.host?.lowercased() ?? "", String(url.port ?? (scheme == "https" ? 443 : 80))]
        }
        return origin(url) == origin(endpoint)
    }

    /// The target of `<target>; rel="next"`.
    static func nextLink(_ header: String) -> String? {
        for link in header.split(separator: ",") where link.contains("rel=\"next\"") {
            guard let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end else {
                continue
            }
            return String(link[link.index(after: start)..<end])
        }
        return nil
    }

    // MARK: Failures

    private static func failure(_ response: HTTPClientResponse, url: String) -> Failure {
        let status = Int(response.status.code)
        switch status {
        case 401, 403: return .final(.notPermitted(url: url, status: status))
        case 404, 410: return .final(.notFound(url: url))
        case 408, 429, 500...599:
            // The header may also hold a date, which then is no number: the usual delay serves.
            let delay = response.headers.first(name: "Retry-After").flatMap { UInt32($0) }.map { Duration.seconds($0) }
            return .transient(delay: delay) { .serverFailed(url: url, status: status, attempts: $0) }
        default:
            return .final(.malformedResponse(url: url, reason: "HTTP \(status)"))
        }
    }

    /// What an error of the HTTP client means.
    static func failure(_ error: any Error, url: String) -> Failure {
        if let failure = error as? Failure { return failure }
        if error is CancellationError || Task.isCancelled { return .final(.cancelled) }
        let reason = "\(error)"
        switch error as? HTTPClientError {
        case .cancelled?: return .final(.cancelled)
        case .connectTimeout?, .getConnectionFromPoolTimeout?:
            return .transient(delay: nil) { _ in .unreachable(url: url, reason: "no answer in time") }
        case .readTimeout?:
            return .transient(delay: nil) { .interrupted(url: url, reason: "it stood still", attempts: $0) }
        case .remoteConnectionClosed?, .uncleanShutdown?:
            return .transient(delay: nil) { .interrupted(url: url, reason: "closed by the server", attempts: $0) }
        case .some: return .transient(delay: nil) { .interrupted(url: url, reason: reason, attempts: $0) }
        case nil: break
        }
        // No type tells a connection that never stood from one that broke; their descriptions do.
        let type = "\(type(of: error))"
        if type.contains("Connection") || type.contains("SocketAddress") || reason.contains("connect") {
            return .transient(delay: nil) { _ in .unreachable(url: url, reason: reason) }
        }
        return .transient(delay: nil) { .interrupted(url: url, reason: reason, attempts: $0) }
    }
}

extension Duration {
    /// Bounded to what 64 bits hold.
    var nanoseconds: Int64 { Int64(min(self / .nanoseconds(1), 9e18)) }
}
