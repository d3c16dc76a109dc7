import Foundation
import TestSupport
import Testing

/// The tool beside ONNX Runtime: without its library, and with it where this machine has it.
@Suite struct ONNXRuntimeCommandTests {
    private static let model = Golden.repository.appendingPathComponent("Tests/Golden/onnx/phi3-longrope-f16").path
    private static let native = Golden.repository.appendingPathComponent("Tests/Golden/phi3-longrope-f16").path

    /// The library's folder: of `SWIFTLET_ONNXRUNTIME`, or as `scripts/onnxruntime.sh` brought it.
    private static let library: String? = {
        let named = ProcessInfo.processInfo.environment["SWIFTLET_ONNXRUNTIME"].flatMap { $0.isEmpty ? nil : $0 }
        let brought = Golden.repository.appendingPathComponent(".onnxruntime").path
        return named ?? (FileManager.default.fileExists(atPath: brought) ? brought : nil)
    }()

    private func tool(_ arguments: [String], library: String? = library) throws -> ToolProcess.Result {
        try ToolProcess.run(arguments, environment: ["SWIFTLET_ONNXRUNTIME": library ?? "/nowhere"])
    }

    @Test("without the library: 69 and how to get it; the native backend does not care")
    func absent() throws {
        let result = try tool(["run", Self.model, "hello", "--raw", "--backend", "onnxruntime"], library: "/nowhere")
        #expect(result.status == 69 && result.output.isEmpty)
        #expect(result.errors.contains("pip install onnxruntime") && result.errors.contains("/nowhere"))
        let devices = try tool(["devices", "--json"], library: "/nowhere")
        #expect(devices.status == 0)
        let report = try devices.json()
        #expect((report["onnxruntime"] as? [String: Any])?["available"] as? Bool == false)
        #expect(try tool(["devices", "--onnxruntime", "/nowhere"], library: "/nowhere").status == 69)
        #expect(try tool(["run", Self.native, "a", "--raw", "-n", "2"], library: "/nowhere").status == 0)
    }

    @Test("options of one backend are refused with the other")
    func options() throws {
        for arguments in [
            ["--provider", "dml"], ["--ort-option", "A=b"], ["--onnxruntime", "x"],
            ["--backend", "onnxruntime", "--device", "GPU"], ["--backend", "onnxruntime", "--dtype", "int4"],
            ["--backend", "openvino", "--provider", "cpu"], ["--backend", "onnxruntime", "--ort-option", "A"],
            ["--backend", "onnxruntime", "--exported", "x"], ["--prefill-backend", "onnxruntime"],
        ] {
            #expect(try tool(["run", Self.model, "x"] + arguments).status == 64, "\(arguments)")
        }
    }

    @Test(
        "run, bench, logits, perplexity and compare go through it",
        .enabled(if: library != nil, "needs ONNX Runtime: scripts/onnxruntime.sh, or SWIFTLET_ONNXRUNTIME"))
    func commands() throws {
        let golden = try SafetensorsFile(path: "\(Self.native)/golden.safetensors")
        let ids = try ToolProcess.temporaryFolder().appendingPathComponent("ids.json").path
        try GoldenData.json(try #require(golden.integers("greedy1.prompt")))
            .write(toFile: ids, atomically: true, encoding: .utf8)
        let backend = ["--backend", "onnxruntime", "-t", "1"]
        let run = try tool(["run", Self.model, "--ids", ids, "--json", "-n", "24", "--ignore-end"] + backend)
        try #require(run.status == 0, "\(run.errors)")
        #expect(try run.json()["ids"] as? [Int] == golden.integers("greedy1.tokens"))
        #expect(try run.json()["engine"] as? String == "onnxruntime:cpu")

        let bench = try tool(["bench", Self.model, "-p", "8", "-n", "4", "-r", "1", "-o", "jsonl"] + backend)
        try #require(bench.status == 0, "\(bench.errors)")
        #expect(try bench.jsonLines().map { $0["test"] as? String } == ["pp8", "tg4"])
        #expect(try #require(try bench.jsonLines()[0]["model_size"] as? Int) > 164_480)

        let output = try ToolProcess.temporaryFolder().appendingPathComponent("l.safetensors").path
        let logits = try tool(["logits", Self.model, "--ids", ids, "-o", output] + backend)
        #expect(logits.status == 0, "\(logits.errors)")
        #expect(try SafetensorsFile(path: output).shape("seq0.logits") == [13, 320])

        let perplexity = try tool(["perplexity", Self.model, "-c", "16", "--chunks", "2", "--json"] + backend)
        try #require(perplexity.status == 0, "\(perplexity.errors)")
        #expect(try perplexity.json()["perplexity"] is Double)

        let compare = try tool(
            [
                "compare", Self.native, "--backends", "cpu,onnxruntime:cpu=\(Self.model),onnxruntime:dml", "-t", "1",
                "-p",
                "20", "-n", "8", "-r", "1", "--window", "32",
            ])
        try #require(compare.status == 0, "\(compare.errors)")
        let lines = compare.output.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("| onnxruntime:cpu |") && $0.contains("100.0 %") })
        #expect(lines.contains { $0.hasPrefix("| onnxruntime:dml | not run:") })
    }

    @Test(
        "a folder of another kind, and a provider that is not there",
        .enabled(if: library != nil, "needs ONNX Runtime: scripts/onnxruntime.sh, or SWIFTLET_ONNXRUNTIME"))
    func refusals() throws {
        let other = try tool(["run", Self.native, "x", "--backend", "onnxruntime"])
        #expect(other.status == 65 && other.errors.contains("swiftlet export onnx"))
        let provider = try tool(["run", Self.model, "x", "--backend", "onnxruntime", "--provider", "toaster"])
        #expect(provider.status == 69 && provider.errors.contains("cpu"))
        let devices = try tool(["devices"])
        #expect(devices.status == 0 && devices.output.contains("onnxruntime:cpu  CPUExecutionProvider"))
    }

    @Test(
        "SmolLM2 talks as natively wherever it is sure, and a turn computes only what is new",
        .enabled(if: library != nil, "needs ONNX Runtime: scripts/onnxruntime.sh, or SWIFTLET_ONNXRUNTIME"),
        .enabled(if: SmolLM2.path != nil, "needs weights/"))
    func chat() throws {
        try SmolLM2Conversation.hold(
            export: ["onnx", "--precision", "fp32"], backend: ["--backend", "onnxruntime"],
            environment: ["SWIFTLET_ONNXRUNTIME": Self.library ?? ""])
    }

    @Test(
        "LongRoPE's factors that go by positions: in one pass the oracle's logits, in parts refused",
        .enabled(if: library != nil, "needs ONNX Runtime: scripts/onnxruntime.sh, or SWIFTLET_ONNXRUNTIME"))
    func positions() throws {
        let native = Golden.repository.appendingPathComponent("Tests/Golden/phi4mini-like-bf16").path
        let golden = try SafetensorsFile(path: "\(native)/golden.safetensors")
        let folder = try ToolProcess.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let exported = folder.appendingPathComponent("exported").path
        let export = try tool(["export", "onnx", native, "-o", exported, "--precision", "fp32"])
        try #require(export.status == 0, "\(export.errors)")
        // One token past the original length.
        let ids = folder.appendingPathComponent("ids.json").path
        try GoldenData.json(try #require(golden.integers("seq1.input_ids")))
            .write(toFile: ids, atomically: true, encoding: .utf8)
        let output = folder.appendingPathComponent("l.safetensors").path
        let arguments = ["logits", exported, "--ids", ids, "-o", output, "--backend", "onnxruntime"]
        let whole = try tool(arguments)
        try #require(whole.status == 0, "\(whole.errors)")
        let found = try #require(try SafetensorsFile(path: output).floats("seq0.logits"))
        let expected = try #require(golden.floats("seq1.logits"))
        try #require(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 })
        let parts = try tool(arguments + ["--chunk", "7"])
        #expect(parts.status != 0 && parts.errors.contains("20 tokens"))
    }
}
