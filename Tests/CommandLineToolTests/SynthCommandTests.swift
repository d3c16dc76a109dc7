import Checkpoints
import CommandLineTool
import Foundation
import Swiftlet
import Tensors
import Testing

/// `swiftlet synth` as it is typed, and the tokenizers that it makes or takes.
@Suite final class SynthCommandTests {
    private let folder: URL

    init() throws { folder = try ToolProcess.temporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    private var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path) } }

    private func synth(_ arguments: String...) throws -> ToolProcess.Result {
        try ToolProcess.run(["synth", "--like", "smollm2-135m", "--layers", "1", "-o", path("a.gguf")] + arguments)
    }

    @Test("a model of one layer is written, says nothing, and runs")
    func command() throws {
        let result = try synth("--dtype", "q4_0", "--seed", "3")
        #expect(result.status == 0 && result.output.isEmpty && result.errors.isEmpty, "\(result.errors)")
        #expect(try names == ["a.gguf"])
        let run = try ToolProcess.run(["run", path("a.gguf"), "once upon a time", "--raw", "-n", "4", "--json"])
        #expect(run.status == 0, "\(run.errors)")
        #expect((try run.json()["ids"] as? [Int])?.isEmpty == false)
    }

    @Test(
        "mistakes leave with 64, a tokenizer that is not there with 66, one that is none with 65",
        arguments: [
            (["--layers", "0"], 64), (["--layers", "257"], 64), (["--dtype", "q4"], 64), (["--like", "phi-2"], 64),
            (["--seed", "-1"], 64), (["--tokenizer", "/no/such/file.gguf"], 66), (["--tokenizer", "/dev/null"], 65),
        ])
    func mistakes(arguments: [String], status: Int) throws {
        let given = ["--like": "smollm2-135m", "--layers": "1"].filter { !arguments.contains($0.key) }
        let result = try ToolProcess.run(
            ["synth", "-o", path("a.gguf")] + given.flatMap { [$0.key, $0.value] } + arguments)
        #expect(Int(result.status) == status && !result.errors.isEmpty, "\(result.status) \(result.errors)")
        #expect(try names.isEmpty)
    }

    @Test("where the file cannot be written, the exit code is 1 and nothing is left")
    func unwritable() throws {
        let result = try ToolProcess.run(
            ["synth", "--like", "smollm2-135m", "--layers", "1", "-o", path("no/such/folder.gguf")])
        #expect(result.status == 1 && result.errors.contains("cannot be written"), "\(result.errors)")
        // A limit on the size of files stands in for a full disk: the write fails half-way.
        try Data("old".utf8).write(to: folder.appendingPathComponent("a.gguf"))
        let full = try ToolProcess.shell(
            "trap '' XFSZ; ulimit -f 4000; \"$SWIFTLET\" synth --like smollm2-135m --layers 1 -o '\(path("a.gguf"))'")
        #expect(full.status == 1 && full.errors.contains("cannot be written"), "\(full.status) \(full.errors)")
        #expect(try names == ["a.gguf"])
        #expect(try String(contentsOfFile: path("a.gguf"), encoding: .utf8) == "old")
    }

    @Test("Ctrl-C leaves with 130 and nothing behind")
    func interrupt() throws {
        let result = try ToolProcess.run(
            ["synth", "--like", "phi-3-medium-4k", "--dtype", "f32", "-o", path("a.gguf")], interruptAfter: 0.3)
        #expect(result.status == 130 && !result.isSignalled, "\(result.status) \(result.errors)")
        #expect(try names.isEmpty)
    }

    // MARK: Tokenizers

    private static let shape = ModelShape(
        "tiny", .llama, vocabulary: 1_000, hidden: 64, intermediate: 64, layers: 1, heads: 1, keyValueHeads: 1,
        rotary: 64, context: 64)

    private func write(_ tokenizer: SynthTokenizer, to name: String) async throws -> Checkpoint {
        try await SynthCheckpoint(Self.shape, .q8_0, tokenizer: tokenizer).write(to: path(name), seed: 0)
        return try Checkpoint.open(path(name))
    }

    @Test("the vocabulary that is made up takes any text and gives it back", arguments: [1_000, 32_064, 200_064])
    func madeUp(size: Int) async throws {
        let checkpoint = try await write(SynthTokenizer(size: size), to: "a.gguf")
        #expect(checkpoint.metadata.arrayCount("tokenizer.ggml.tokens") == size)
        // llama.cpp opens no file without it whose name says Phi-3.
        #expect(try checkpoint.metadata.stringArray("tokenizer.ggml.tokens").contains("<|endoftext|>"))
        let tokenizer = try TokenizerSource(checkpoint: checkpoint).tokenizer
        for text in ["The quick brown fox", "naïve 日本\n\tx = 3;", "a"] {
            let ids = tokenizer.encode(text)
            #expect(ids.allSatisfy { (3..<size).contains($0) } && tokenizer.decode(ids) == text, "\(text)")
        }
        #expect(tokenizer.encode("quick brown").count < 9)
    }

    @Test("the tokenizer of another file is taken as it is")
    func copied() async throws {
        let source = try await write(SynthTokenizer(size: 1_000), to: "a.gguf")
        let copy = try await write(try SynthTokenizer(copying: path("a.gguf"), atLeast: 900), to: "b.gguf")
        let keys = source.metadata.keys.filter { $0.hasPrefix("tokenizer.") }
        #expect(keys == copy.metadata.keys.filter { $0.hasPrefix("tokenizer.") } && keys.count == 10)
        for key in keys { #expect(copy.metadata.value(key) == source.metadata.value(key), "\(key)") }
        #expect(try copy.require("token_embd.weight").shape == TensorShape([1_000, 64]))
    }

    @Test("a list shorter than the embedding is filled up with unused tokens, and what stands there stays")
    func padded() async throws {
        let source = try await write(SynthTokenizer(size: 1_000), to: "a.gguf").metadata
        let tokenizer = try SynthTokenizer(copying: path("a.gguf"), atLeast: 1_003)
        let padded = try await write(tokenizer, to: "b.gguf").metadata
        let tokens = try padded.stringArray("tokenizer.ggml.tokens")
        #expect(try Array(tokens.prefix(1_000)) == source.stringArray("tokenizer.ggml.tokens"))
        #expect(tokens.suffix(3) == ["[PAD1000]", "[PAD1001]", "[PAD1002]"])
        #expect(try padded.intArray("tokenizer.ggml.token_type").suffix(4) == [1, 5, 5, 5])
        #expect(try padded.floatArray("tokenizer.ggml.scores").suffix(4) == [-999, -10_000, -10_000, -10_000])
        #expect(padded.value("tokenizer.ggml.bos_token_id") == source.value("tokenizer.ggml.bos_token_id"))
        #expect(try TokenizerSource(path: path("b.gguf")).tokenizer.encode("once").count < 4)
    }
}
