import Foundation
import ModelHub
import Testing
import UntrustedInput

@Suite struct PullErrorTests {
    private typealias Request = LoopbackServer.Request
    private typealias Reply = LoopbackServer.Reply

    private let weights = FakeHub.bytes(50_000, seed: 1)
    private var hub: FakeHub { FakeHub(files: ["tiny-q4.gguf": weights]) }

    /// The error of a pull, and what then stands in the folder of blobs.
    private func pull(
        _ hub: FakeHub? = nil, name: String = FakeHub.repository,
        fault: @escaping @Sendable (Request, Reply) -> Reply? = { _, _ in nil }
    ) async throws -> (error: HubError?, blobs: [String: Int], requests: [Request]) {
        let hub = hub ?? self.hub
        let server = try await LoopbackServer { hub.answer($0, fault: fault) }
        let folder = try TemporaryFolder()
        let client = folder.client(server.address)
        let error = await TemporaryFolder.error { () throws(HubError) in try await client.pull(name) }
        try await server.close()
        let blobs = "\(folder.path)/models--maker--tiny-model/blobs"
        var sizes: [String: Int] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: blobs)) ?? [] {
            sizes[name] = FileManager.default.contents(atPath: "\(blobs)/\(name)")?.count
        }
        return (error, sizes, server.requests)
    }

    private static func isFile(_ request: Request) -> Bool { request.path.contains("/resolve/") }

    @Test func aWrongChecksumIsNoModel() async throws {
        var hub = FakeHub(files: ["tiny-q4.gguf": weights, "config.json": [1, 2, 3]])
        hub.forged = ["tiny-q4.gguf"]
        let large = try await pull(hub)
        guard case .checksumMismatch(_, _, let found) = large.error else {
            Issue.record("\(String(describing: large.error))")
            return
        }
        #expect(found == FakeHub.sha256(weights))
        #expect(large.blobs.values.allSatisfy { $0 == 0 })

        hub = FakeHub(files: ["model.safetensors": weights, "config.json": [1, 2, 3]])
        hub.forged = ["config.json"]
        guard case .checksumMismatch = try await pull(hub).error else {
            Issue.record("a small file with a wrong digest passed")
            return
        }
    }

    @Test func moreBytesThanAnnouncedAreRefused() async throws {
        let long = weights + [0]
        let announced = try await pull { request, _ in Self.isFile(request) ? Reply(body: long) : nil }
        #expect(announced.error?.isSizeMismatch(expected: weights.count, found: long.count) == true)
        // No length in the head: the bytes are counted.
        let chunked = try await pull { request, _ in
            Self.isFile(request) ? Reply(headers: [("Content-Length", "")], body: long) : nil
        }
        #expect(chunked.error != nil)
        #expect(chunked.blobs.values.allSatisfy { $0 <= weights.count })
    }

    @Test func fewerBytesThanAnnouncedAreRefused() async throws {
        let short = Array(weights.dropLast())
        let result = try await pull { request, _ in Self.isFile(request) ? Reply(body: short) : nil }
        #expect(result.error?.isSizeMismatch(expected: weights.count, found: short.count) == true)
    }

    @Test func anotherRangeThanAskedForIsRefused() async throws {
        let weights = weights
        let result = try await pull { request, _ in
            guard Self.isFile(request) else { return nil }
            guard request.firstByte > 0 else { return Reply(body: weights, cutAfter: 20_000) }
            return Reply(status: 206, headers: [("Content-Range", "bytes 0-49999/50000")], body: weights)
        }
        guard case .malformedResponse = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
    }

    @Test(arguments: [
        "../evil.gguf", "/etc/evil.gguf", "a/../../evil.gguf", "a\\\\evil.gguf", "./evil.gguf", "a//evil.gguf",
        "evil\\u0000.gguf", "C:evil.gguf", "evil.gguf/", "\\u202efugg.gguf", "",
    ])
    func hostileFileNamesAreRefused(name: String) async throws {
        let digest = FakeHub.sha256(weights)
        let result = try await pull { request, _ in
            guard request.path.contains("/tree/") else { return nil }
            return Reply(
                body: Array(
                    #"[{"type": "file", "path": "\#(name)", "size": 1, "oid": "x", "lfs": {"oid": "\#(digest)", "size": 1}}]"#
                        .utf8))
        }
        guard case .unsafeFileName = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
        #expect(!result.requests.contains(where: Self.isFile))
    }

    @Test(arguments: [
        "", "{", "{}", "null", #"[{"type": "file"}]"#, #"[{"type": "file", "path": "a", "oid": "../../x", "size": 1}]"#,
        #"[{"type": "file", "path": "a", "oid": "x", "size": -1}]"#, #"[{"type": "file", "path": "a", "size": 1e300}]"#,
        #"[{"type": "file", "path": "a", "size": 9223372036854775807, "oid": "x"}]"#,
        #"[{"type": "file", "path": "a", "size": 1, "oid": "x", "lfs": {"oid": "../x", "size": 1}}]"#,
        #"[{"type": "file", "path": "a", "size": 1, "oid": "x", "lfs": 3}]"#,
    ])
    func aSenselessListingIsRefused(listing: String) async throws {
        let result = try await pull { request, _ in
            request.path.contains("/tree/") ? Reply(body: Array(listing.utf8)) : nil
        }
        guard case .malformedResponse = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
    }

    @Test(arguments: ["../../etc", "", "0123", "0123456789ABCDEF0123456789abcdef01234567"])
    func aCommitThatIsNoneIsRefused(commit: String) async throws {
        let result = try await pull { request, _ in
            request.path.contains("/revision/") ? Reply(body: Array(#"{"sha": "\#(commit)"}"#.utf8)) : nil
        }
        guard case .malformedResponse = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
    }

    @Test(.timeLimit(.minutes(2))) func aServerThatHangsIsGivenUp() async throws {
        let weights = weights
        let result = try await pull { request, _ in
            Self.isFile(request) ? Reply(body: weights, cutAfter: 0, hangs: true) : nil
        }
        guard case .interrupted(_, _, attempts: 3) = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
    }

    @Test func aServerThatStaysDownIsGivenUp() async throws {
        let result = try await pull { request, _ in Self.isFile(request) ? Reply(status: 502) : nil }
        guard case .serverFailed(_, 502, attempts: 3) = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
        let patient = try await pull { _, _ in Reply(status: 503, headers: [("Retry-After", "4000000000")]) }
        guard case .serverFailed(_, 503, attempts: 1) = patient.error else {
            Issue.record("\(String(describing: patient.error))")
            return
        }
    }

    @Test(arguments: [401, 403])
    func aGatedModelNamesTheToken(status: Int) async throws {
        let result = try await pull { _, _ in Reply(status: status) }
        guard case .notPermitted(_, status) = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
        #expect(result.error?.description.contains("HF_TOKEN") == true)
        #expect(result.requests.count == 1)
    }

    @Test func whatIsNotThereIsNamed() async throws {
        guard case .notFound(let url) = try await pull(name: "maker/other").error else {
            Issue.record("no notFound")
            return
        }
        #expect(url.hasSuffix("/api/models/maker/other/revision/main"))
        #expect(
            try await pull(name: FakeHub.repository + ":q9").error
                == .noMatchingFile(repository: FakeHub.repository, wanted: "q9", available: ["tiny-q4.gguf"]))
        #expect(try await pull(name: "../../etc").error == .invalidName(name: "../../etc"))
    }

    @Test(arguments: ["", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "//"])
    func redirectsLeadToHTTPOnly(location: String) async throws {
        let result = try await pull { request, _ in
            Self.isFile(request) ? Reply(status: 302, headers: [("Location", location)]) : nil
        }
        #expect(
            result.error.map { if case .refusedRedirect = $0 { true } else { false } } == true,
            "\(String(describing: result.error))")
    }

    @Test(arguments: [Limits.hubRedirectCount, Limits.hubRedirectCount + 1])
    func redirectsAreCounted(count: Int) async throws {
        let result = try await pull { request, _ in
            Self.isFile(request) && request.earlier < count
                ? Reply(status: 302, headers: [("Location", request.path)]) : nil
        }
        #expect((result.error == nil) == (count <= Limits.hubRedirectCount))
    }

    @Test func redirectsEnd() async throws {
        let result = try await pull { request, _ in
            Self.isFile(request) ? Reply(status: 302, headers: [("Location", request.path)]) : nil
        }
        guard case .refusedRedirect = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
        #expect(result.requests.count < 20)
    }

    @Test func whatDoesNotFitTheDiskIsNotBegun() async throws {
        let digest = FakeHub.sha256(weights)
        func listing(_ size: Int) -> [UInt8] {
            Array(
                #"[{"type": "file", "path": "a.gguf", "size": 1, "oid": "x", "lfs": {"oid": "\#(digest)", "size": \#(size)}}]"#
                    .utf8)
        }
        let full = listing(Limits.hubFileBytes)
        let result = try await pull { request, _ in request.path.contains("/tree/") ? Reply(body: full) : nil }
        guard case .diskFull(_, Limits.hubFileBytes, _) = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
        #expect(!result.requests.contains(where: Self.isFile))
        let absurd = listing(Limits.hubFileBytes + 1)
        let refused = try await pull { request, _ in request.path.contains("/tree/") ? Reply(body: absurd) : nil }
        guard case .malformedResponse = refused.error else {
            Issue.record("\(String(describing: refused.error))")
            return
        }
    }

    @Test func aFolderThatCannotBeWrittenIsNamed() async throws {
        let hub = hub
        let server = try await LoopbackServer { hub.answer($0) }
        let folder = try TemporaryFolder()
        try folder.write([1], to: "models--maker--tiny-model")
        let client = folder.client(server.address)
        let error = await TemporaryFolder.error { () throws(HubError) in try await client.pull(FakeHub.repository) }
        guard case .cannotWrite(let path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path.hasPrefix(folder.path))
        try await server.close()
    }

    @Test func noNetworkSaysSo() async throws {
        let folder = try TemporaryFolder()
        let client = folder.client("http://127.0.0.1:1")
        let error = await TemporaryFolder.error { () throws(HubError) in try await client.pull(FakeHub.repository) }
        guard case .unreachable(let url, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(url.hasPrefix("http://127.0.0.1:1/"))
        let bad = folder.client("nonsense")
        let badError = await TemporaryFolder.error { () throws(HubError) in try await bad.pull(FakeHub.repository) }
        guard case .unreachable = badError else {
            Issue.record("\(String(describing: badError))")
            return
        }
    }

    @Test func offlineMeansNoRequest() async throws {
        let hub = hub
        let server = try await LoopbackServer { hub.answer($0) }
        let folder = try TemporaryFolder()
        let client = folder.client(server.address) { $0.isOffline = true }
        let error = await TemporaryFolder.error { () throws(HubError) in try await client.pull(FakeHub.repository) }
        #expect(error == .offline(url: "\(server.address)/\(FakeHub.repository)"))
        #expect(server.requests.isEmpty)
        try await server.close()
    }
}

extension HubError {
    fileprivate func isSizeMismatch(expected: Int, found: Int) -> Bool {
        if case .sizeMismatch(_, expected, found) = self { true } else { false }
    }
}
