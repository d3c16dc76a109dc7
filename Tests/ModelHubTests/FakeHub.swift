import Crypto
import Foundation
import ModelHub

/// A repository as a hub serves it, for ``LoopbackServer`` to answer from, and a cache in a temporary folder.
struct FakeHub: Sendable {
    static let commit = "0123456789abcdef0123456789abcdef01234567"
    static let repository = "maker/tiny-model"

    var files: [String: [UInt8]]
    /// Files whose announced digest is of other bytes.
    var forged: Set<String> = []

    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        digest.map { String(format: "%02x", $0) }.joined()
    }

    static func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    /// Serves the repository, `fault` first: where it gives no reply the honest one follows.
    func answer(
        _ request: LoopbackServer.Request,
        fault: (LoopbackServer.Request, LoopbackServer.Reply) -> LoopbackServer.Reply? = { _, _ in nil }
    ) -> LoopbackServer.Reply {
        let reply = honest(request)
        return fault(request, reply) ?? reply
    }

    func honest(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
        let api = "/api/models/\(Self.repository)"
        let resolve = "/\(Self.repository)/resolve/\(Self.commit)/"
        switch request.path {
        case "\(api)/revision/main":
            return .init(body: Array(#"{"id": "\#(Self.repository)", "sha": "\#(Self.commit)"}"#.utf8))
        case "\(api)/tree/\(Self.commit)?recursive=true":
            return .init(body: Array(tree.utf8))
        case let path where path.hasPrefix(resolve):
            guard let name = path.dropFirst(resolve.count).removingPercentEncoding, let bytes = files[name] else {
                return .init(status: 404)
            }
            let first = request.firstByte
            guard first > 0 else { return .init(body: bytes) }
            guard first < bytes.count else { return .init(status: 416) }
            return .init(
                status: 206, headers: [("Content-Range", "bytes \(first)-\(bytes.count - 1)/\(bytes.count)")],
                body: Array(bytes[first...]))
        default: return .init(status: 404)
        }
    }

    /// Weights as large files, the rest as small ones.
    private var tree: String {
        let entries = files.keys.sorted().map { name in
            let bytes = files[name] ?? []
            let announced = forged.contains(name) ? [0] + bytes.dropFirst() : bytes
            let object = Self.hexadecimal(Insecure.SHA1.hash(data: Array("blob \(bytes.count)\0".utf8) + announced))
            let isLarge = name.hasSuffix(".gguf") || name.hasSuffix(".safetensors")
            let large = isLarge ? #", "lfs": {"oid": "\#(Self.sha256(announced))", "size": \#(bytes.count)}"# : ""
            return #"{"type": "file", "path": "\#(name)", "size": \#(bytes.count), "oid": "\#(object)"\#(large)}"#
        }
        return "[" + entries.joined(separator: ",") + "]"
    }
}

/// A folder for one test, gone with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("hub-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], to file: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(file)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func client(_ endpoint: String, _ change: (inout HubClient.Configuration) -> Void = { _ in }) -> HubClient {
        var configuration = HubClient.Configuration()
        configuration.endpoint = endpoint
        configuration.firstDelay = .milliseconds(5)
        configuration.maximumAttempts = 3
        configuration.connectTimeout = .seconds(2)
        configuration.stallTimeout = .milliseconds(300)
        change(&configuration)
        return HubClient(configuration: configuration, cache: HubCache(folder: path))
    }

    /// The error that a call throws.
    static func error(of body: () async throws(HubError) -> some Any) async -> HubError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }
}
