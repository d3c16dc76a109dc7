import ModelHub
import Testing
import UntrustedInput

@Suite struct ListingTests {
    private static let tree = "/api/models/\(FakeHub.repository)/tree/main?recursive=true"

    private static func entries(_ names: some Sequence<String>) -> [UInt8] {
        let object = String(repeating: "a", count: 40)
        let entries = names.map { #"{"type":"file","path":"\#($0)","size":1,"oid":"\#(object)"}"# }
        return Array("[\(entries.joined(separator: ",")), {\"type\": \"directory\", \"path\": \"..\"}]".utf8)
    }

    private func files(
        _ answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply
    ) async throws -> Result<[RepositoryFile], HubError> {
        let server = try await LoopbackServer(answer)
        let folder = try TemporaryFolder()
        let result: Result<[RepositoryFile], HubError>
        do throws(HubError) {
            result = .success(try await folder.client(server.address).files(of: FakeHub.repository))
        } catch {
            result = .failure(error)
        }
        try await server.close()
        return result
    }

    @Test func pagesAreJoined() async throws {
        let result = try await files { request in
            request.path == Self.tree
                ? .init(headers: [("Link", "</page2?cursor=x>; rel=\"next\"")], body: Self.entries(["a"]))
                : .init(body: Self.entries(["b/c"]))
        }
        #expect(try result.get().map(\.path) == ["a", "b/c"])
    }

    @Test func pagesOfStrangersAreNotRead() async throws {
        let result = try await files { _ in
            .init(headers: [("Link", "<http://127.0.0.1:1/page2>; rel=\"next\"")], body: Self.entries(["a"]))
        }
        guard case .failure(.refusedRedirect) = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test func pagesEnd() async throws {
        let result = try await files { _ in
            .init(headers: [("Link", "<\(Self.tree)>; rel=\"next\"")], body: Self.entries(["a"]))
        }
        guard case .failure(.malformedResponse) = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test(arguments: [Limits.hubFileCount, Limits.hubFileCount + 1])
    func filesAreCounted(count: Int) async throws {
        let body = Self.entries((0..<count).lazy.map(String.init))
        let result = try await files { _ in .init(body: body) }
        #expect((try? result.get().count) == (count <= Limits.hubFileCount ? count : nil))
    }

    @Test(arguments: [Limits.hubAnswerBytes, Limits.hubAnswerBytes + 1])
    func answersAreBounded(count: Int) async throws {
        let body = Self.entries(["a"])
        let padded = body + [UInt8](repeating: 0x20, count: count - body.count)
        let result = try await files { _ in .init(body: padded) }
        if count <= Limits.hubAnswerBytes {
            #expect(try result.get().map(\.path) == ["a"])
        } else if case .failure(.malformedResponse) = result {
            // The named error.
        } else {
            Issue.record("\(result)")
        }
    }
}
