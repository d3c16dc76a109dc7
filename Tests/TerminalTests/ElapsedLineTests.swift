import Foundation
import Terminal
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The line of a work that tells nothing of how far it is.
@Suite struct ElapsedLineTests {
    private struct Gone: Error {}

    private func stream(_ pipe: Pipe, isTerminal: Bool = true) -> TerminalStream {
        TerminalStream(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, isTerminal: isTerminal,
            environment: ["TERM": "xterm"])
    }

    private func written(_ pipe: Pipe) throws -> String {
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    /// Goes on until something was drawn.
    private func wait(for pipe: Pipe) async throws {
        var state = pollfd(fd: pipe.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
        let deadline = ContinuousClock.now + .seconds(10)
        while unsafe poll(&state, 1, 0) == 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test("while the work lasts the time is shown, and gone before the result", arguments: [false, true])
    func shown(fails: Bool) async throws {
        let pipe = Pipe()
        let stream = stream(pipe)
        do {
            let result = try await showingElapsedTime("waiting", delay: .milliseconds(1), stream: stream) {
                try await wait(for: pipe)
                if fails { throw Gone() }
                return 7
            }
            #expect(result == 7 && !fails)
        } catch {
            #expect(error is Gone && fails)
        }
        let text = try written(pipe)
        #expect(text.hasPrefix("\rwaiting, 1 s\u{1B}[K"))
        #expect(text.hasSuffix("\r\u{1B}[K"))
    }

    @Test("a short work shows none, and so does one whose line nobody would see")
    func silent() async throws {
        let short = Pipe()
        await showingElapsedTime("waiting", delay: .seconds(60), stream: stream(short)) {}
        #expect(try !written(short).contains("waiting"))
        let file = Pipe()
        let notTerminal = stream(file, isTerminal: false)
        try await showingElapsedTime("waiting", delay: .milliseconds(1), stream: notTerminal) {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try written(file).isEmpty)
    }
}
