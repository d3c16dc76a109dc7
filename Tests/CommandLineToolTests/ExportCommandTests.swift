import Foundation
import TestSupport
import Testing

/// `swiftlet export openvino` as it is typed: files, messages, exit codes, and what is left when it is stopped.
@Suite final class ExportCommandTests {
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
        try ToolProcess.run(["export", "openvino", source, "-o", path("a")] + arguments)
    }

    @Test("int4 where nothing is said; standard output is empty, and what else programs want is told")
    func command() throws {
        let result = try export()
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.contains("int4 in groups of 32") && result.errors.contains("convert_tokenizer"))
        #expect(try names == ["a"])
    }

    @Test(
        "formats by the names of OpenVINO's tools",
        arguments: [
            (["--weight-format", "fp16"], "fp16"), (["--weight-format", "int8"], "int8 with zero points by rows"),
            (["--weight-format", "int8", "--sym"], "int8 by rows"), (["--group-size", "-1"], "int4 by rows"),
            (["--group-size", "32", "--asym"], "int4 with zero points in groups of 32"),
            (["--ratio", "0"], "int8 with zero points by rows"), (["--all-layers"], "int4 in groups of 32"),
        ])
    func formats(arguments: [String], format: String) throws {
        let result = try ToolProcess.run(
            ["export", "openvino", Self.model, "-o", path("a"), "--json", "-t", "1"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        let json = try result.json()
        let matrices = try #require(json["matrices"] as? [[String: Any]])
        let matrix = try #require(matrices.first { $0["name"] as? String == "model.layers.0.mlp.down_proj" })
        #expect(matrix["format"] as? String == format)
        let files = try FileManager.default.contentsOfDirectory(atPath: path("a"))
        let sizes = try files.map { try Data(contentsOf: URL(fileURLWithPath: path("a/\($0)"))).count }
        #expect(json["bytes"] as? Int == sizes.reduce(0, +))
    }

    @Test(
        "what does not go together is a mistake of usage",
        arguments: [
            ["--group-size", "7"], ["--weight-format", "int8", "--group-size", "128"], ["--ratio", "1.5"],
            ["--weight-format", "int8", "--ratio", "0.5"], ["--weight-format", "fp16", "--sym"], ["--sym", "--asym"],
            ["--weight-format", "int8", "--all-layers"], ["-t", "0"], ["--weight-format", "int2"],
            ["--group-size", "128"],
        ])
    func mistakes(arguments: [String]) throws {
        let result = try ToolProcess.run(["export", "openvino", Self.model, "-o", path("a")] + arguments)
        #expect(result.status == 64, "\(result.errors)")
        #expect(try names.isEmpty)
    }

    @Test("a GGUF brings its tokenizer as files that other programs read")
    func gguf() throws {
        let refused = try export(source: Self.quantized)
        #expect(refused.status == 64 && refused.errors.contains("--allow-requantize"))
        let result = try export("--allow-requantize", source: Self.quantized)
        #expect(result.status == 0, "\(result.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: path("a"))
        #expect(files.contains("tokenizer.json") && files.contains("config.json"))
        let ids = try [path("a"), Self.quantized].map { source in
            try ToolProcess.run(["tokenize", source, "the swift <|end|> \u{1F600}"]).output
        }
        #expect(!ids[0].isEmpty && ids[0] == ids[1])
    }

    @Test("a folder that is there is not touched; a missing model leaves with 66")
    func places() throws {
        #expect(try export().status == 0)
        let again = try export()
        #expect(again.status == 64 && again.errors.contains("is there already"))
        #expect(try export(source: path("none.gguf")).status == 66)
    }

    @Test("a disk that is full leaves nothing")
    func fullDisk() throws {
        // Files may not grow past a few blocks, as on a disk that has no more.
        let result = try ToolProcess.shell(
            "ulimit -f 20; trap '' XFSZ; \"$SWIFTLET\" export openvino \(Self.model) -o \(path("a"))")
        #expect(result.status == 1 && result.errors.contains("openvino_model"), "\(result.errors)")
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
                "$SWIFTLET" export openvino '\(big)' -t 1 -o '\(path("a"))' & child=$!
                sleep \(Double(milliseconds) / 1_000); kill -\(signal) $child; wait $child
                """)
            // The signal may come when all is done, and nothing is left but to leave.
            let isThere = FileManager.default.fileExists(atPath: path("a"))
            #expect(result.status != 0 || isThere, "\(result.errors)")
            #expect(try names == (isThere ? ["a", "big.gguf"] : ["big.gguf"]), "\(milliseconds) ms")
            guard isThere else { continue }
            #expect(FileManager.default.fileExists(atPath: path("a/openvino_model.bin")))
            try FileManager.default.removeItem(atPath: path("a"))
        }
    }
}
