import Foundation
import TestSupport
import Testing

/// The commands that run a model, on the tiny ones.
@Suite struct ModelCommandTests {
    private static let model = GoldenData.phi3
    private static let reason = GoldenData.needsModels

    private func golden() throws -> SafetensorsFile { try SafetensorsFile(path: "\(Self.model!)/golden.safetensors") }

    @Test("logits --exact equals the oracle, hidden states too", .enabled(if: model != nil, reason))
    func logits() throws {
        let golden = try golden()
        let folder = try ToolProcess.temporaryFolder()
        let ids = (0..<3).compactMap { golden.integers("seq\($0).input_ids") }
        let list = folder.appendingPathComponent("ids.json")
        try GoldenData.json(ids).write(to: list, atomically: true, encoding: .utf8)
        let output = folder.appendingPathComponent("out.safetensors").path
        let result = try ToolProcess.run([
            "logits", Self.model!, "--ids", list.path, "-o", output, "--exact", "--hidden-states", "--chunk", "7",
        ])
        #expect(result.status == 0, "\(result.errors)")
        let file = try SafetensorsFile(path: output)
        for index in ids.indices {
            #expect(file.shape("seq\(index).logits") == golden.shape("seq\(index).logits"))
            try expectEqual(file, golden, "seq\(index).logits")
            var layer = 0
            while golden.shape("seq\(index).hidden.\(layer)") != nil {
                #expect(file.shape("seq\(index).hidden.\(layer)") == golden.shape("seq\(index).hidden.\(layer)"))
                try expectEqual(file, golden, "seq\(index).hidden.\(layer)")
                layer += 1
            }
        }
    }

    private func expectEqual(_ file: SafetensorsFile, _ golden: SafetensorsFile, _ name: String) throws {
        let values = try #require(file.floats(name))
        let expected = try #require(golden.floats(name))
        try #require(values.count == expected.count)
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) <= 1e-3 }, "\(name)")
    }

    @Test("run --ids --greedy --json continues as the oracle does", .enabled(if: model != nil, reason))
    func greedy() throws {
        let golden = try golden()
        let prompt = try #require(golden.integers("greedy0.prompt"))
        let expected = try #require(golden.integers("greedy0.tokens"))
        let result = try ToolProcess.run(
            [
                "run", Self.model!, "--ids", "-", "--greedy", "--json", "--ignore-end", "-n", "\(expected.count)",
                "--dtype", "f32", "--kv-type", "f32", "--logprobs", "2",
            ], input: try GoldenData.json(prompt))
        #expect(result.status == 0, "\(result.errors)")
        let answer = try result.json()
        #expect(answer["tokens"] as? [Int] == expected)
        #expect(answer["ids"] as? [Int] == expected)
        #expect(answer["prompt_ids"] as? [Int] == prompt)
        #expect(answer["finish_reason"] as? String == "length")
        #expect((answer["usage"] as? [String: Any])?["prompt_tokens"] as? Int == prompt.count)
        #expect((answer["logprobs"] as? [[String: Any]])?.count == expected.count)
        for name in ["text", "timings", "seed", "model", "engine"] { #expect(answer[name] != nil, "\(name)") }
    }

    @Test("run streams the text alone to standard output", .enabled(if: model != nil, reason))
    func text() throws {
        let arguments = ["run", Self.model!, "Hello", "--raw", "-n", "8"]
        let text = try ToolProcess.run(arguments)
        let json = try ToolProcess.run(arguments + ["--json"])
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output == (try json.json())["text"] as? String)
        #expect(text.errors.isEmpty)
        let named = try ToolProcess.run(
            ["run", "--raw", "-n", "8", "Hello"], environment: ["SWIFTLET_MODEL": Self.model!])
        #expect(named.output == text.output)
        let piped = try ToolProcess.run(["run", "-m", Self.model!, "--raw", "-n", "8"], input: "Hello")
        #expect(piped.output == text.output)
    }

    @Test("a seed repeats a draw", .enabled(if: model != nil, reason))
    func seed() throws {
        let arguments = ["run", Self.model!, "Hello", "--raw", "-n", "8", "--temp", "1.5", "--json"]
        let first = try ToolProcess.run(arguments).json()
        let seed = try #require(first["seed"] as? NSNumber)
        let second = try ToolProcess.run(arguments + ["--seed", "\(seed.uint64Value)"]).json()
        #expect(first["tokens"] as? [Int] == second["tokens"] as? [Int])
    }

    @Test("inspect shows configuration, tensors, tokenizer and chat format", .enabled(if: model != nil, reason))
    func inspect() throws {
        let report = try ToolProcess.run(["inspect", Self.model!, "--json"]).json()
        for name in ["configuration", "tensors", "tokenizer"] { #expect(report[name] != nil, "\(name)") }
        #expect(report.keys.contains("chat_format"))
        let text = try ToolProcess.run(["inspect", Self.model!])
        #expect(text.status == 0)
        #expect(text.output.contains("model.embed_tokens.weight"))
    }

    @Test("inspect --tensor writes the values of one tensor", .enabled(if: model != nil, reason))
    func tensor() throws {
        let name = "model.embed_tokens.weight"
        let output = try ToolProcess.temporaryFolder().appendingPathComponent("out.safetensors").path
        let result = try ToolProcess.run(["inspect", Self.model!, "--tensor", name, "-o", output])
        #expect(result.status == 0, "\(result.errors)")
        let file = try SafetensorsFile(path: output)
        let original = try SafetensorsFile(path: "\(Self.model!)/model.safetensors")
        #expect(file.names == [name] && file.shape(name) == original.shape(name))
        #expect(file.floats(name) == original.floats(name))
        #expect(try ToolProcess.run(["inspect", Self.model!, "--tensor", "nobody", "-o", output]).status == 65)
        #expect(try ToolProcess.run(["inspect", Self.model!, "--tensor", name, "-o", "/no/such/folder/x"]).status == 1)
    }

    @Test("bench gives llama-bench's fields", .enabled(if: model != nil, reason))
    func bench() throws {
        let result = try ToolProcess.run([
            "bench", Self.model!, "-p", "8", "-n", "4", "-d", "0,4", "-r", "2", "-o", "jsonl",
        ])
        #expect(result.status == 0, "\(result.errors)")
        let lines = try result.jsonLines()
        #expect(lines.map { $0["test"] as? String } == ["pp8", "tg4", "pp8 @ d4", "tg4 @ d4"])
        for line in lines {
            #expect((line["avg_ts"] as? Double ?? 0) > 0 && (line["samples_ts"] as? [Double])?.count == 2)
            for name in ["cpu", "engine", "n_threads", "bandwidth_gbs", "model_size", "stddev_ts"] {
                #expect(line[name] != nil, "\(name)")
            }
        }
        #expect(
            try ToolProcess.run(["bench", Self.model!, "-p", "8", "-n", "4", "-r", "1"]).output.contains("| pp8 |"))
    }

    @Test("chat answers lines from a pipe and follows slash commands", .enabled(if: model != nil, reason))
    func chat() throws {
        let saved = try ToolProcess.temporaryFolder().appendingPathComponent("chat.json").path
        let input = "Hello\n/set temp 0\n/nonsense\n/stats\n/save \(saved)\n/exit\nnever\n"
        let result = try ToolProcess.run(["chat", Self.model!, "-n", "4"], input: input)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("/nonsense"))
        let transcript = try String(contentsOfFile: saved, encoding: .utf8)
        #expect(transcript.contains("\"role\":\"user\"") && transcript.contains("\"role\":\"assistant\""))
        let resumed = try ToolProcess.run(["chat", Self.model!, "-n", "4"], input: "/load \(saved)\nAgain\n")
        #expect(resumed.status == 0, "\(resumed.errors)")
    }

    @Test("chat --json: an object an answer, and only what is new is computed", .enabled(if: model != nil, reason))
    func chatObjects() throws {
        let result = try ToolProcess.run(
            ["chat", Self.model!, "--json", "--greedy", "-n", "4", "--ignore-end"], input: "One\nTwo\nThree\n")
        try #require(result.status == 0, "\(result.errors)")
        let answers = try result.jsonLines().map { try ChatAnswer($0) }
        try #require(answers.count == 3)
        var known: [Int] = []
        for answer in answers {
            #expect(answer.promptIDs.starts(with: known) && answer.promptIDs.count > known.count)
            // The last token of an answer was drawn and not computed.
            #expect(answer.cachedTokens == max(0, known.count - 1))
            known = answer.promptIDs + answer.ids
        }
    }
}
