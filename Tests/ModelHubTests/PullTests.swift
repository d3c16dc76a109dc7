import Foundation
import ModelHub
import Synchronization
import Testing

@Suite struct PullTests {
    private let weights = FakeHub.bytes(300_000, seed: 1)

    private var hub: FakeHub {
        FakeHub(files: ["README.md": Array("hello".utf8), "tiny-Q8_0.gguf": [9], "tiny-q4.gguf": weights])
    }

    private func content(_ model: LocalModel) -> [UInt8]? {
        FileManager.default.contents(atPath: model.path).map { [UInt8]($0) }
    }

    @Test func bringsTheFourBitFileInTheLayoutOfTheCache() async throws {
        let hub = hub
        let server = try await LoopbackServer { hub.answer($0) }
        let folder = try TemporaryFolder()
        let seen = Mutex<[PullProgress]>([])
        let model = try await folder.client(server.address).pull(FakeHub.repository) { progress in
            seen.withLock { $0.append(progress) }
        }
        #expect(content(model) == weights)
        #expect(model.kind == .gguf)
        #expect(model.size == weights.count)
        let root = "\(folder.path)/models--maker--tiny-model"
        let link = try FileManager.default.destinationOfSymbolicLink(
            atPath: "\(root)/snapshots/\(FakeHub.commit)/tiny-q4.gguf")
        #expect(link == "../../blobs/\(FakeHub.sha256(weights))")
        #expect(try String(contentsOfFile: "\(root)/refs/main", encoding: .utf8) == FakeHub.commit)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(root)/blobs") == [FakeHub.sha256(weights)])
        let last = try #require(seen.withLock { $0.last })
        #expect((last.received, last.total, last.file) == (weights.count, weights.count, "tiny-q4.gguf"))

        // Found by name, and not fetched a second time.
        let found = try HubCache(folder: folder.path).resolve(FakeHub.repository)
        #expect(found.path == model.path)
        _ = try await folder.client(server.address).pull(FakeHub.repository)
        #expect(server.requests.count { $0.path.contains("/resolve/") } == 1)
        try await server.close()
    }

    @Test func bringsAFolderWithItsCompanions() async throws {
        let hub = FakeHub(files: [
            "config.json": Array("{}".utf8), "tokenizer.json": Array("[]".utf8), "README.md": [1],
            "model-00001-of-00002.safetensors": FakeHub.bytes(1_000, seed: 2),
            "model-00002-of-00002.safetensors": FakeHub.bytes(2_000, seed: 3),
            "model.safetensors.index.json": Array("{}".utf8), "consolidated.safetensors": [1], "training.bin": [2],
            "empty.json": [], "generation_config.json": [],
        ])
        let server = try await LoopbackServer { hub.answer($0) }
        let folder = try TemporaryFolder()
        let model = try await folder.client(server.address).pull(FakeHub.repository)
        #expect(model.kind == .folder)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: model.path).sorted() == [
                "config.json", "generation_config.json", "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json",
            ])
        #expect(try HubCache(folder: folder.path).resolve(FakeHub.repository).path == model.path)
        try await server.close()
    }

    @Test func connectionsCutAnywhereAreResumed() async throws {
        let hub = hub
        let server = try await LoopbackServer { request in
            hub.answer(request) { request, reply in
                guard request.path.hasSuffix("tiny-q4.gguf"), request.earlier < 8 else { return nil }
                var cut = reply
                // 0 now and then: a connection that brings nothing.
                cut.cutAfter =
                    request.earlier % 3 == 2 ? 0 : Int(FakeHub.bytes(request.earlier + 1, seed: 4).last ?? 0) * 150
                return cut
            }
        }
        let folder = try TemporaryFolder()
        let model = try await folder.client(server.address).pull(FakeHub.repository)
        #expect(content(model) == weights)
        #expect(server.requests.last.map { $0.firstByte > 0 } == true)
        try await server.close()
    }

    @Test func aServerThatIgnoresRangesIsReadFromTheStart() async throws {
        let (hub, weights) = (hub, weights)
        let server = try await LoopbackServer { request in
            hub.answer(request) { request, _ in
                guard request.path.hasSuffix("tiny-q4.gguf") else { return nil }
                return .init(body: weights, cutAfter: request.earlier < 2 ? 100_000 : nil)
            }
        }
        let folder = try TemporaryFolder()
        #expect(content(try await folder.client(server.address).pull(FakeHub.repository)) == weights)
        try await server.close()
    }

    @Test func whatABrokenPullLeftIsGoneOnWith() async throws {
        let hub = hub
        let server = try await LoopbackServer { hub.answer($0) }
        let folder = try TemporaryFolder()
        let incomplete = "models--maker--tiny-model/blobs/\(FakeHub.sha256(weights)).incomplete"
        try folder.write(Array(weights.prefix(123_456)), to: incomplete)
        #expect(content(try await folder.client(server.address).pull(FakeHub.repository)) == weights)
        #expect(server.requests.last?.headers["range"] == "bytes=123456-")

        // A whole one needs only the check; one of other bytes, or too long, is begun anew.
        for leftover in [weights, FakeHub.bytes(5_000, seed: 9), weights + [1]] {
            let folder = try TemporaryFolder()
            try folder.write(leftover, to: incomplete)
            #expect(content(try await folder.client(server.address).pull(FakeHub.repository)) == weights)
        }
        try await server.close()
    }

    @Test(arguments: [429, 503, 500, 408])
    func aBusyServerIsAskedAgain(status: Int) async throws {
        let hub = hub
        let server = try await LoopbackServer { request in
            hub.answer(request) { request, _ in
                request.earlier < 2 ? .init(status: status, headers: [("Retry-After", "0")], body: [1]) : nil
            }
        }
        let folder = try TemporaryFolder()
        #expect(content(try await folder.client(server.address).pull(FakeHub.repository)) == weights)
        try await server.close()
    }

    @Test func retryAfterIsWaitedFor() async throws {
        let hub = hub
        let server = try await LoopbackServer { request in
            hub.answer(request) { request, _ in
                request.path.hasSuffix("main") && request.earlier < 1
                    ? .init(status: 429, headers: [("Retry-After", "1")]) : nil
            }
        }
        let folder = try TemporaryFolder()
        let start = ContinuousClock.now
        _ = try await folder.client(server.address).pull(FakeHub.repository)
        // The usual delay is 5 ms here; half a second of slack is for clocks of virtual machines.
        #expect(ContinuousClock.now - start >= .milliseconds(500))
        try await server.close()
    }

    @Test func theTokenStaysWithItsHost() async throws {
        let hub = hub
        let store = try await LoopbackServer { hub.answer($0) }
        let storeAddress = store.address
        let server = try await LoopbackServer { request in
            hub.answer(request) { request, _ in
                guard request.path.contains("/resolve/") else { return nil }
                // First a relative redirect at home, then one to another port.
                return request.path.hasPrefix("/moved")
                    ? .init(status: 302, headers: [("Location", storeAddress + request.path.dropFirst("/moved".count))])
                    : .init(status: 307, headers: [("Location", "/moved" + request.path)])
            }
        }
        let folder = try TemporaryFolder()
        let client = folder.client(server.address) { $0.token = "secret" }
        #expect(content(try await client.pull(FakeHub.repository)) == weights)
        #expect(server.requests.count == 4)
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
        #expect(store.requests.count == 1)
        #expect(store.requests.allSatisfy { $0.headers["authorization"] == nil })
        try await server.close()
        try await store.close()
    }

    @Test func twoPullsOfOneFileDontMix() async throws {
        let (hub, weights) = (hub, weights)
        let server = try await LoopbackServer { request in
            hub.answer(request) { request, _ in
                request.path.hasSuffix("tiny-q4.gguf") ? .init(body: weights, cutAfter: 1_000, hangs: true) : nil
            }
        }
        let folder = try TemporaryFolder()
        let client = folder.client(server.address) { $0.stallTimeout = .seconds(20) }
        let first = Task {
            await TemporaryFolder.error { () throws(HubError) in try await client.pull(FakeHub.repository) }
        }
        while server.requests.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
        let second = await TemporaryFolder.error { () throws(HubError) in try await client.pull(FakeHub.repository) }
        guard case .busy = second else {
            Issue.record("\(String(describing: second))")
            return
        }
        first.cancel()
        #expect(await first.value == .cancelled)
        try await server.close()
    }
}
