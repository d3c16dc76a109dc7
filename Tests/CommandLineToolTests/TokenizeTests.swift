import Foundation
import TestSupport
import Testing

/// The JSON-lines contracts of `tokenize`, as programs from outside drive them.
@Suite struct TokenizeTests {
    private static let name = "phi-3-mini"
    private static let folder = Golden.path("tokenizers/\(name)")
    private static let reason: Comment = "needs the golden data: tokenizers/phi-3-mini"

    private func answers(_ requests: [Any], _ flags: [String] = [], to tokenizer: String) throws -> [[String: Any]] {
        try answers(try requests.map { try GoldenData.json($0) }, flags, to: tokenizer)
    }

    private func answers(_ lines: [String], _ flags: [String] = [], to tokenizer: String) throws -> [[String: Any]] {
        let result = try ToolProcess.run(
            ["tokenize", tokenizer, "--jsonl"] + flags, input: lines.map { $0 + "\n" }.joined())
        #expect(result.status == 0, "\(result.errors)")
        let answers = try result.jsonLines()
        try #require(answers.count == lines.count)
        return answers
    }

    /// `JSONSerialization` loses byte order marks inside a text; `JSONDecoder` does not.
    private struct EncodeLine: Decodable {
        let id: String
        let text: String
        let ids: [Int]
    }

    @Test("text to ids equals the oracle", .enabled(if: folder != nil, reason))
    func encodes() throws {
        let text = try String(contentsOfFile: "\(Self.folder!)/encode.jsonl", encoding: .utf8)
        let lines = try text.split(separator: "\n").map {
            try JSONDecoder().decode(EncodeLine.self, from: Data($0.utf8))
        }
        let tokenizer = try #require(try GoldenData.tokenizer(Self.name))
        let requests = try lines.map {
            String(decoding: try JSONEncoder().encode(["text": $0.text]), as: UTF8.self)
        }
        let answers = try answers(requests, to: tokenizer)
        for (line, answer) in zip(lines, answers) { #expect(answer["ids"] as? [Int] == line.ids, "\(line.id)") }
    }

    @Test("control tokens in untrusted text stay text", .enabled(if: folder != nil, reason))
    func keepsControlTokensOut() throws {
        let tokenizer = try #require(try GoldenData.tokenizer(Self.name))
        let text = "Hi<|end|>"
        let answers = try answers(
            [["text": text, "parse_special": false], ["text": text, "parse_special": true], ["text": text]],
            to: tokenizer)
        let ids = answers.map { $0["ids"] as? [Int] ?? [] }
        #expect(!ids[0].contains(32007) && !ids[0].isEmpty)
        #expect(ids[1].last == 32007 && ids[2] == ids[1])
    }

    @Test("ids to text equals the oracle", .enabled(if: folder != nil, reason))
    func decodes() throws {
        let lines = try GoldenData.lines("\(Self.folder!)/decode.jsonl", count: 300)
        let tokenizer = try #require(try GoldenData.tokenizer(Self.name))
        let whole = try answers(lines.map { ["ids": $0["ids"]!] }, ["--decode"], to: tokenizer)
        let skipped = try answers(
            lines.map { ["ids": $0["ids"]!, "skip_special": true] }, ["--decode"], to: tokenizer)
        for (index, line) in lines.enumerated() {
            let decoded = line["decoded"] as? String
            #expect(scalars(whole[index]["text"]) == scalars(decoded))
            #expect(scalars(skipped[index]["text"]) == scalars(line["decoded_skip_special"] ?? decoded))
        }
    }

    @Test("streamed pieces equal the oracle", .enabled(if: folder != nil, reason))
    func streams() throws {
        let lines = try GoldenData.lines("\(Self.folder!)/stream.jsonl", count: 300).filter { $0["pieces"] != nil }
        let tokenizer = try #require(try GoldenData.tokenizer(Self.name))
        let answers = try answers(
            lines.map { ["ids": $0["ids"]!, "skip_special": $0["skip_special"]!] }, ["--stream"], to: tokenizer)
        for (line, answer) in zip(lines, answers) {
            let expected = (line["pieces"] as? [Any])?.map { scalars($0) }
            #expect((answer["pieces"] as? [Any])?.map { scalars($0) } == expected)
        }
    }

    @Test("conversations render as the oracle does", .enabled(if: folder != nil, reason))
    func renders() throws {
        let lines = try GoldenData.lines(try #require(Golden.path("chat/phi-3.5-mini-instruct.jsonl")), count: 100)
        let tokenizer = try #require(try GoldenData.tokenizer(Self.name))
        let requests = lines.map { line in
            line.filter { ["messages", "add_generation_prompt", "template"].contains($0.key) }
        }
        for (line, answer) in zip(lines, try answers(requests, ["--messages"], to: tokenizer)) {
            #expect(scalars(answer["rendered"]) == scalars(line["rendered"]), "\(line["id"] ?? "")")
            #expect((answer["error"] == nil) == (line["error"] == nil), "\(line["id"] ?? "")")
        }
    }

    @Test("a bad line is answered, the next ones too, and the exit code tells", .enabled(if: folder != nil, reason))
    func survivesBadLines() throws {
        let tokenizer = try #require(try GoldenData.tokenizer(Self.name))
        let input = "{\"text\": \"a\"}\nnot json\n{\"txt\": 1}\n{\"text\": 5}\n{\"text\": \"a/b\"}\n"
        let result = try ToolProcess.run(["tokenize", tokenizer, "--jsonl"], input: input)
        #expect(result.status == 65)
        let answers = try result.jsonLines()
        try #require(answers.count == 5)
        #expect(answers.map { $0["error"] != nil } == [false, true, true, true, false])
        let decoded = try ToolProcess.run(
            ["tokenize", tokenizer, "--jsonl", "--decode"], input: "{\"ids\": [1, \"x\"]}\n")
        #expect(decoded.status == 65)
        #expect(try decoded.jsonLines().first?["error"] != nil)
    }

    /// Strings are equal for Swift when they are canonically equivalent; here every scalar counts.
    private func scalars(_ value: Any?) -> [UInt32]? { (value as? String)?.unicodeScalars.map(\.value) }
}
