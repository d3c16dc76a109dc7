import Foundation
import TestSupport
import Testing

/// The tool beside OpenVINO: without its library, and with it where this machine has it.
@Suite struct OpenVINOCommandTests {
    private static let model = Golden.repository.appendingPathComponent("Tests/Golden/openvino/phi3-longrope-f16").path

    /// The library's folder: of `SWIFTLET_OPENVINO`, or as `scripts/openvino.sh` brought it.
    private static let library: String? = {
        let named = ProcessInfo.processInfo.environment["SWIFTLET_OPENVINO"].flatMap { $0.isEmpty ? nil : $0 }
        let brought = Golden.repository.appendingPathComponent(".openvino").path
        return named ?? (FileManager.default.fileExists(atPath: brought) ? brought : nil)
    }()

    private func tool(_ arguments: [String], library: String? = library) throws -> ToolProcess.Result {
        let cache = try ToolProcess.temporaryFolder().path
        return try ToolProcess.run(
            arguments, environment: ["SWIFTLET_OPENVINO": library ?? "/nowhere", "XDG_CACHE_HOME": cache])
    }

    private func ids() throws -> String {
        let golden = try SafetensorsFile(
            path: Golden.repository.appendingPathComponent("Tests/Golden/phi3-longrope-f16/golden.safetensors").path)
        let path = try ToolProcess.temporaryFolder().appendingPathComponent("ids.json").path
        try GoldenData.json(try #require(golden.integers("greedy1.prompt")))
            .write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("without the library: 69 and how to get it; the native backend does not care")
    func absent() throws {
        let result = try tool(["run", Self.model, "hello", "--raw", "--backend", "openvino"], library: "/nowhere")
        #expect(result.status == 69 && result.output.isEmpty)
        #expect(result.errors.contains("pip install openvino") && result.errors.contains("/nowhere"))
        let devices = try tool(["devices", "--json"], library: "/nowhere")
        #expect(devices.status == 0)
        let report = try devices.json()
        #expect((report["native"] as? [String: Any])?["instruction_set"] is String)
        #expect((report["openvino"] as? [String: Any])?["available"] as? Bool == false)
        #expect(try tool(["devices", "--openvino", "/nowhere"], library: "/nowhere").status == 69)
        let native = Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32").path
        #expect(try tool(["run", native, "a", "--raw", "-n", "2"], library: "/nowhere").status == 0)
    }

    @Test("options of one backend are refused with the other")
    func options() throws {
        for arguments in [
            ["--device", "GPU"], ["--ov-config", "A=b"], ["--max-prompt", "64"],
            ["--backend", "openvino", "--dtype", "int4"], ["--backend", "openvino", "--kv-type", "q8"],
            ["--backend", "openvino", "--ov-config", "A"],
        ] {
            #expect(try tool(["run", Self.model, "x"] + arguments).status == 64, "\(arguments)")
        }
        let both = try tool(["logits", Self.model, "--ids", "-", "-o", "x", "--backend", "openvino", "--exact"])
        #expect(both.status == 64)
    }

    @Test(
        "run, bench, logits and perplexity go through it",
        .enabled(if: library != nil, "needs OpenVINO: scripts/openvino.sh, or SWIFTLET_OPENVINO"))
    func commands() throws {
        let exact = ["--backend", "openvino", "--ov-config", "INFERENCE_PRECISION_HINT=f32"]
        let ids = try ids()
        let run = try tool(
            ["run", Self.model, "--ids", ids, "--json", "-n", "24", "--ignore-end"] + exact
                + ["--ov-config", "KV_CACHE_PRECISION=f32"])
        try #require(run.status == 0, "\(run.errors)")
        let golden = try SafetensorsFile(
            path: Golden.repository.appendingPathComponent("Tests/Golden/phi3-longrope-f16/golden.safetensors").path)
        #expect(try run.json()["ids"] as? [Int] == golden.integers("greedy1.tokens"))
        #expect(try run.json()["engine"] as? String == "openvino:CPU")

        let bench = try tool(["bench", Self.model, "-p", "8", "-n", "4", "-r", "1", "-o", "jsonl"] + exact)
        try #require(bench.status == 0, "\(bench.errors)")
        #expect(try bench.jsonLines().map { $0["test"] as? String } == ["pp8", "tg4"])

        let output = try ToolProcess.temporaryFolder().appendingPathComponent("l.safetensors").path
        let logits = try tool(["logits", Self.model, "--ids", ids, "-o", output] + exact)
        #expect(logits.status == 0, "\(logits.errors)")
        #expect(try SafetensorsFile(path: output).shape("seq0.logits") == [13, 320])

        let perplexity = try tool(["perplexity", Self.model, "-c", "16", "--chunks", "2", "--json"] + exact)
        try #require(perplexity.status == 0, "\(perplexity.errors)")
        #expect(try perplexity.json()["perplexity"] is Double)

        let profile = try tool(["run", Self.model, "--ids", ids, "--profile", "-"] + exact)
        #expect(profile.status == 69 && profile.errors.contains("openvino:CPU"))
    }

    @Test(
        "a folder of another kind, and a device that is not there",
        .enabled(if: library != nil, "needs OpenVINO: scripts/openvino.sh, or SWIFTLET_OPENVINO"))
    func refusals() throws {
        let native = Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32").path
        let other = try tool(["run", native, "x", "--backend", "openvino"])
        #expect(other.status == 65 && other.errors.contains("swiftlet export openvino"))
        let device = try tool(["run", Self.model, "x", "--backend", "openvino", "--device", "TOASTER"])
        #expect(device.status == 69 && device.errors.contains("CPU"))
        let devices = try tool(["devices"])
        #expect(devices.status == 0 && devices.output.contains("openvino:CPU"))
    }

    @Test(
        "SmolLM2 talks as natively wherever it is sure, and a turn computes only what is new",
        .enabled(if: library != nil, "needs OpenVINO: scripts/openvino.sh, or SWIFTLET_OPENVINO"),
        .enabled(if: SmolLM2.path != nil, "needs weights/"))
    func chat() throws {
        let exact = ["INFERENCE_PRECISION_HINT=f32", "KV_CACHE_PRECISION=f32", "CACHE_DIR="]
        try SmolLM2Conversation.hold(
            export: ["openvino", "--weight-format", "fp16"],
            backend: ["--backend", "openvino"] + exact.flatMap { ["--ov-config", $0] },
            environment: ["SWIFTLET_OPENVINO": Self.library ?? ""])
    }
}
