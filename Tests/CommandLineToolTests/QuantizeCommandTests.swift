import Checkpoints
import Foundation
import TestSupport
import Testing

/// `swiftlet quantize` as it is typed: files, messages, exit codes, and what is left when it is stopped.
@Suite final class QuantizeCommandTests {
    private let folder: URL

    init() throws { folder = try ToolProcess.temporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static let model = Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32").path
    private static let quantized = Golden.repository
        .appendingPathComponent("Tests/Golden/gguf/phi3-base-f32.q8_0.gguf").path

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }

    private func quantize(_ arguments: String...) throws -> ToolProcess.Result {
        try ToolProcess.run(["quantize", Self.model, "-o", path("a.gguf")] + arguments)
    }

    @Test("four bits where nothing is said; the file runs, standard output is empty")
    func command() throws {
        let result = try quantize()
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.contains("bits a weight") && result.errors.contains("Q4_0"))
        #expect(try names == ["a.gguf"])
        let run = try ToolProcess.run(["run", path("a.gguf"), "the swift", "-n", "4", "--json", "--greedy"])
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("inspect --errors lists the tensors, the worst first")
    func errors() throws {
        #expect(try quantize().status == 0)
        let result = try ToolProcess.run(["inspect", "--errors", Self.model, path("a.gguf")])
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 16 && lines[1].contains("Q4_0") && lines[15].contains("norm"), "\(result.output)")
        let json = try ToolProcess.run(["inspect", "--errors", Self.model, path("a.gguf"), "--json"]).json()
        #expect((json["tensors"] as? [[String: Any]])?.count == 15)
        #expect(try ToolProcess.run(["inspect", "--errors", Self.model]).status == 64)
    }

    @Test(
        "formats by either name give the type of GGUF",
        arguments: [
            (["--weight-format", "int4"], "Q4_0"), (["--weight-format", "int4", "--asym"], "Q4_1"),
            (["--weight-format", "int8", "--group-size", "32"], "Q8_0"), (["--weight-format", "bf16"], "BF16"),
            (["--weight-format", "f32"], "F32"), (["--type", "q5_1", "--scales", "fixed"], "Q5_1"),
            (["--ratio", "1", "--sym"], "Q4_0"), (["--type", "q4_k_m"], "Q5_0"),
        ])
    func formats(arguments: [String], type: String) throws {
        let result = try ToolProcess.run(
            ["quantize", Self.model, "-o", path("a.gguf"), "--json", "-t", "1"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        let json = try result.json()
        let tensors = try #require(json["tensors"] as? [[String: Any]])
        let matrix = try #require(tensors.first { $0["name"] as? String == "blk.0.attn_output.weight" })
        #expect(matrix["type"] as? String == type)
        #expect(json["bytes"] as? Int == (try Data(contentsOf: URL(fileURLWithPath: path("a.gguf")))).count)
    }

    @Test(
        "what GGUF has no type for, and what does not go together, is a mistake of usage that says what would",
        arguments: [
            (["--group-size", "128"], "export"), (["--group-size", "-1"], "one group a row"),
            (["--group-size", "7"], "64"), (["--weight-format", "int8", "--asym"], "export"),
            (["--type", "q2_k"], "read, not written"), (["--type", "q4"], "q4_0"),
            (["--type", "q4_0", "--weight-format", "int4"], "exclude"),
            (["--type", "q4_0", "--ratio", "0.5"], "--ratio"),
            (["--ratio", "1.5"], "from 0 to 1"), (["--weight-format", "int8", "--ratio", "0.5"], "int4"),
            (["--type", "q4_k", "--scales", "fixed"], "no rule"), (["-t", "0"], "--threads"),
            (["--sym", "--asym"], "asym"),
        ])
    func mistakes(arguments: [String], words: String) throws {
        let result = try ToolProcess.run(["quantize", Self.model, "-o", path("a.gguf")] + arguments)
        #expect(result.status == 64 && result.errors.contains(words), "\(result.status) \(result.errors)")
        #expect(try names.isEmpty)
    }

    @Test("a source that lost bits needs a word, and one that is also the output is refused")
    func sources() throws {
        let refused = try ToolProcess.run(["quantize", Self.quantized, "-o", path("a.gguf")])
        #expect(refused.status == 64 && refused.errors.contains("--allow-requantize"), "\(refused.errors)")
        let allowed = try ToolProcess.run(["quantize", Self.quantized, "-o", path("a.gguf"), "--allow-requantize"])
        #expect(allowed.status == 0, "\(allowed.errors)")
        let before = try Data(contentsOf: URL(fileURLWithPath: path("a.gguf")))
        let same = try ToolProcess.run(
            ["quantize", path("a.gguf"), "-o", path("./a.gguf"), "--type", "q8_0", "--allow-requantize"])
        #expect(same.status == 64 && same.errors.contains("a.gguf"), "\(same.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path("a.gguf"))) == before)
    }

    @Test("a source that is not there leaves with 66, one that is broken with 65, and neither leaves a file")
    func broken() throws {
        let missing = try ToolProcess.run(["quantize", path("no.gguf"), "-o", path("a.gguf")])
        #expect(missing.status == 66, "\(missing.errors)")
        let whole = try Data(contentsOf: URL(fileURLWithPath: Self.quantized))
        for count in [0, 3, 100, 5_000, whole.count - 1] {
            try whole.prefix(count).write(to: folder.appendingPathComponent("cut.gguf"))
            let result = try ToolProcess.run(
                ["quantize", path("cut.gguf"), "-o", path("a.gguf"), "--allow-requantize"])
            #expect(result.status == 65 && !result.isSignalled && result.errors.contains("cut.gguf"), "\(count)")
        }
        let imatrix = try ToolProcess.run(
            ["quantize", Self.model, "-o", path("a.gguf"), "--imatrix", path("cut.gguf")])
        #expect(imatrix.status == 65, "\(imatrix.errors)")
        #expect(try names == ["cut.gguf"])
    }

    @Test("a folder without a tokenizer is no model, and the file that is missing is named")
    func noTokenizer() throws {
        for name in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(atPath: "\(Self.model)/\(name)", toPath: path(name))
        }
        let result = try ToolProcess.run(["quantize", folder.path, "-o", path("a.gguf")])
        #expect(result.status == 66 && result.errors.contains("tokenizer.json"), "\(result.errors)")
    }

    @Test("a full disk leaves the old file, and nothing beside it")
    func fullDisk() throws {
        try Data("old".utf8).write(to: folder.appendingPathComponent("a.gguf"))
        // A limit on the size of files stands in for the disk.
        let full = try ToolProcess.shell(
            "trap '' XFSZ; ulimit -f 40; \"$SWIFTLET\" quantize '\(Self.model)' --type f32 -o '\(path("a.gguf"))'")
        #expect(full.status == 1 && full.errors.contains("cannot be written"), "\(full.status) \(full.errors)")
        #expect(try names == ["a.gguf"])
        #expect(try String(contentsOfFile: path("a.gguf"), encoding: .utf8) == "old")
    }
}
