import CommandLineTool
import Compute
import Foundation
import Testing

/// A profile tells where all of the time went.
@Suite struct ProfileTests {
    private static let model = GoldenData.phi3
    private static let reason = GoldenData.needsModels

    private struct Part: Region {
        func run(thread index: Int) {}
    }

    /// Passes of 6, 4, 1 and 1 tokens, each of two operations in two layers.
    private func recording(threads: Int = 2, capacity: Int = 100) throws -> Recording {
        let pool = try WorkerPool(threadCount: threads)
        let recorder = pool.recorder
        try recorder.start(capacity: capacity)
        for tokens in [6, 4, 1, 1] {
            recorder.beginPass(tokens: tokens)
            for layer in 0..<2 {
                recorder.layer = layer
                pool.run(Part(), as: OperationWork("product", tokens: tokens, bytesRead: 1000, multiplyAdds: 50))
                pool.runHere(Part(), as: OperationWork("\"norm\"", tokens: tokens, bytesRead: 10))
            }
            recorder.endPass()
        }
        return try #require(recorder.stop())
    }

    @Test("prompt and generation part where the prompt's tokens end", arguments: [(0, 0), (6, 1), (10, 2), (12, 4)])
    func phases(promptTokens: Int, promptPasses: Int) throws {
        let summaries = ProfileSummary.phases(of: try recording(), promptTokens: promptTokens)
        let tokens = [6, 4, 1, 1]
        let expected = [tokens[..<promptPasses], tokens[promptPasses...]].map { $0.reduce(0, +) }
        #expect(summaries.map(\.tokens) == expected.filter { $0 > 0 })
        #expect(summaries.map(\.phase) == zip([.prompt, .generation], expected).filter { $0.1 > 0 }.map(\.0))
    }

    @Test("the rows of a phase add up to its time, the phases to the recording")
    func sums() throws {
        let recording = try recording()
        let summaries = ProfileSummary.phases(of: recording, promptTokens: 10)
        for summary in summaries {
            let sum = summary.rows.reduce(0) { $0 + $1.seconds }
            #expect(abs(sum - summary.seconds) < 1e-9)
            #expect(summary.rows.allSatisfy { $0.seconds >= 0 })
            let operations = summary.rows.filter { $0.calls != nil }
            #expect(Set(operations.map(\.name)) == ["product", "\"norm\""])
            #expect(operations.allSatisfy { $0.calls == 4 })
            #expect(operations.first { $0.name == "product" }?.bytesRead == 4000)
            #expect(operations.first { $0.name == "product" }?.multiplyAdds == 200)
            // Who waits waits within operations.
            let inOperations = operations.reduce(0) { $0 + $1.seconds }
            #expect(summary.waitingSeconds.count == 2)
            #expect(summary.waitingSeconds.allSatisfy { $0 >= 0 && $0 <= inOperations })
        }
        #expect(abs(summaries.reduce(0) { $0 + $1.seconds } - recording.time.seconds) < 1e-9)
    }

    @Test("the table has a line for each row and thread, and tells what is missing")
    func table() throws {
        let recording = try recording(threads: 3, capacity: 14)
        #expect(recording.droppedPasses == 1)
        let lines = ProfileTable(
            ProfileSummary.phases(of: recording, promptTokens: 10), threadCount: 3,
            droppedPasses: recording.droppedPasses
        ).lines
        for name in ["product", "between operations", "between passes", "total", "of it, thread 2 waited"] {
            #expect(lines.filter { $0.hasPrefix(name) }.count == 2, "\(name)")
        }
        #expect(lines.last?.contains("The last 1 passes") == true)
    }

    @Test("a trace is JSON with an event for each thread's part of each operation", arguments: [1, 2])
    func trace(threads: Int) throws {
        var text = ""
        try ChromeTrace(try recording(threads: threads), promptTokens: 10).write { text += $0 }
        try check(trace: text, threads: threads, passes: 4, operations: 16, spans: 8 * threads + 8)
        let events = try events(text)
        let product = try #require(events.first { $0["name"] as? String == "product × 6 tokens" })
        let arguments = try #require(product["args"] as? [String: Int])
        #expect(arguments == ["layer": 0, "tokens": 6, "bytes_read": 1000, "multiply_adds": 50])
        let norm = try #require(events.last)
        #expect(norm["name"] as? String == "\"norm\" × 1 token" && norm["cat"] as? String == "generation")
        #expect(product["cat"] as? String == "prompt")
    }

    private func events(_ text: String) throws -> [[String: Any]] {
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        return try #require(document["traceEvents"] as? [[String: Any]])
    }

    /// Complete events: of operations one after another on a thread, inside of the passes.
    private func check(trace text: String, threads: Int, passes: Int, operations: Int, spans: Int) throws {
        let complete = try events(text).filter { $0["ph"] as? String == "X" }
        let (outer, inner) = (
            complete.filter { ($0["name"] as? String ?? "").hasPrefix("pass ") },
            complete.filter { !($0["name"] as? String ?? "").hasPrefix("pass ") }
        )
        #expect(outer.count == passes && inner.count == spans)
        #expect(inner.filter { $0["tid"] as? Int == 0 }.count == operations)
        func time(_ event: [String: Any]) throws -> ClosedRange<Double> {
            let start = try #require(event["ts"] as? Double)
            return start...start + (try #require(event["dur"] as? Double))
        }
        let rounding = 0.0021
        let frames = try outer.map(time)
        for thread in 0..<threads {
            let own = try inner.filter { $0["tid"] as? Int == thread }.map(time)
            #expect(!own.isEmpty)
            #expect(zip(own, own.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound + rounding })
            for span in own {
                let frame = frames.last { $0.lowerBound <= span.lowerBound + rounding }
                #expect(try span.upperBound <= #require(frame).upperBound + rounding)
            }
        }
    }

    @Test("run --profile writes table and trace beside the answer", .enabled(if: model != nil, reason))
    func run() throws {
        let path = try ToolProcess.temporaryFolder().appendingPathComponent("trace.json").path
        let plain = ["run", Self.model!, "Hello you", "--raw", "-n", "4", "--ignore-end", "-t", "2"]
        let silent = try ToolProcess.run(plain)
        let told = try ToolProcess.run(plain + ["--profile", "-", "--profile", path])
        #expect(told.status == 0 && told.output == silent.output && silent.errors.isEmpty)
        #expect(told.errors.hasPrefix("prompt: ") && told.errors.contains("\ngeneration: 3 tokens in "))
        // Prompt, then three single tokens, in two layers of ten operations, and three around them.
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let all = try events(text).filter { $0["ph"] as? String == "X" }
        let shared = all.filter { $0["tid"] as? Int == 1 }.count
        #expect(shared >= 4 * (2 * 4 + 1))
        try check(trace: text, threads: 2, passes: 4, operations: 4 * 23, spans: 4 * 23 + shared)
    }

    @Test("a trace that cannot be written is told before the model is loaded", .enabled(if: model != nil, reason))
    func refused() throws {
        for path in ["/no/such/folder/trace.json", "/tmp"] {
            let result = try ToolProcess.run(["run", Self.model!, "Hello", "--raw", "-n", "2", "--profile", path])
            #expect(result.status == 1 && result.output.isEmpty && result.errors.contains(path), "\(result)")
        }
    }

    @Test("bench --profile tells of each test besides its figures", .enabled(if: model != nil, reason))
    func bench() throws {
        let arguments = ["bench", Self.model!, "-n", "4", "-r", "1", "-o", "jsonl", "--profile"]
        let table = try ToolProcess.run(arguments + ["-", "-p", "8"])
        #expect(table.status == 0)
        #expect(try table.jsonLines().count == 2)
        #expect(table.errors.contains("prompt: 8 tokens") && table.errors.contains("generation: 4 tokens"))
        let path = try ToolProcess.temporaryFolder().appendingPathComponent("trace.json").path
        #expect(try ToolProcess.run(arguments + [path, "-p", "0"]).status == 0)
        #expect(try events(try String(contentsOfFile: path, encoding: .utf8)).count > 4)
        #expect(try ToolProcess.run(arguments + [path, "-p", "8"]).status == 64)
    }
}
