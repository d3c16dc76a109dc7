import Foundation
import TestSupport
import Testing

/// `swiftlet export onnx` as it is typed: files, messages, exit codes, and what is left when it is stopped.
@Suite final class ExportONNXCommandTests {
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

    private func export(_ arguments: String..., source: String = model) throws -> ToolProcess.Result {
        try ToolProcess.run(["export", "onnx", source, "-o", path("a")] + arguments)
    }

    @Test("int4 for the CPU where nothing is said; standard output is empty")
    func command() throws {
        let result = try export()
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.contains("int4 in blocks of 32") && !result.errors.contains("convert_tokenizer"))
        #expect(try names == ["a"])
    }

    @Test(
        "precisions, blocks and targets",
        arguments: [
            (["--precision", "fp16"], "fp16"), (["--precision", "fp32"], "fp32"),
            (["--precision", "int8"], "int8 in blocks of 32"), (["--block-size", "128"], "int4 in blocks of 128"),
            (["--target", "dml"], "int4 in blocks of 32"), (["--target", "cuda", "--precision", "fp16"], "fp16"),
            (["--target", "webgpu", "--accuracy-level", "0"], "int4 in blocks of 32"),
        ])
    func formats(arguments: [String], format: String) throws {
        let result = try ToolProcess.run(
            ["export", "onnx", Self.model, "-o", path("a"), "--json", "-t", "1"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        let json = try result.json()
        let matrices = try #require(json["matrices"] as? [[String: Any]])
        let matrix = try #require(matrices.first { $0["name"] as? String == "/model/layers.0/mlp/down_proj" })
        #expect(matrix["format"] as? String == format)
        let files = try FileManager.default.contentsOfDirectory(atPath: path("a"))
        let sizes = try files.map { try Data(contentsOf: URL(fileURLWithPath: path("a/\($0)"))).count }
        #expect(json["bytes"] as? Int == sizes.reduce(0, +))
    }

    @Test(
        "what does not go together is a mistake of usage",
        arguments: [
            ["--block-size", "7"], ["--accuracy-level", "5"], ["--precision", "int8", "--target", "dml"],
            ["--precision", "fp32", "--target", "cuda"], ["--precision", "fp16", "--block-size", "32"],
            ["--precision", "fp32", "--accuracy-level", "1"], ["-t", "0"], ["--precision", "int2"],
            ["--target", "npu"],
        ])
    func mistakes(arguments: [String]) throws {
        let result = try ToolProcess.run(["export", "onnx", Self.model, "-o", path("a")] + arguments)
        #expect(result.status == 64, "\(result.errors)")
        #expect(try names.isEmpty)
    }

    @Test("a GGUF brings its tokenizer as files, keeps its values, or is refused")
    func gguf() throws {
        let refused = try export(source: Self.quantized)
        #expect(refused.status == 64 && refused.errors.contains("--allow-requantize"))
        let result = try export("--precision", "int8", source: Self.quantized)
        #expect(result.status == 0 && result.errors.contains("as the source has them"), "\(result.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: path("a"))
        #expect(files.contains("tokenizer.json") && files.contains("genai_config.json"))
        let ids = try [path("a"), Self.quantized].map { source in
            try ToolProcess.run(["tokenize", source, "the swift <|end|> \u{1F600}"]).output
        }
        #expect(!ids[0].isEmpty && ids[0] == ids[1])
        let again = try export("--precision", "int8", source: Self.quantized)
        #expect(again.status == 64 && again.errors.contains("is there already"))
    }

    @Test("a disk that is full leaves nothing")
    func fullDisk() throws {
        // Files may not grow past a few blocks, as on a disk that has no more.
        let result = try ToolProcess.shell(
            "ulimit -f 60; trap '' XFSZ; \"$SWIFTLET\" export onnx \(Self.model) -o \(path("a")) --precision fp32")
        #expect(result.status == 1 && result.errors.contains("model.onnx"), "\(result.errors)")
        #expect(try names.isEmpty)
    }

    @Test("whatever ends it, and whenever: a whole folder or none", arguments: ["INT", "TERM", "KILL"])
    func stopped(signal: String) throws {
        let big = path("big.gguf")
        let synth = try ToolProcess.run(
            ["synth", "--like", "smollm2-135m", "--layers", "4", "--dtype", "f16", "-o", big])
        #expect(synth.status == 0, "\(synth.errors)")
        for milliseconds in [10, 60, 150, 300] {
            let result = try ToolProcess.shell(
                """
                "$SWIFTLET" export onnx '\(big)' -t 1 -o '\(path("a"))' & child=$!
                sleep \(Double(milliseconds) / 1_000); kill -\(signal) $child; wait $child
                """)
            // The signal may come when all is done, and nothing is left but to leave.
            let isThere = FileManager.default.fileExists(atPath: path("a"))
            #expect(result.status != 0 || isThere, "\(result.errors)")
            #expect(try names == (isThere ? ["a", "big.gguf"] : ["big.gguf"]), "\(milliseconds) ms")
            guard isThere else { continue }
            #expect(FileManager.default.fileExists(atPath: path("a/model.onnx.data")))
            try FileManager.default.removeItem(atPath: path("a"))
        }
    }
}
