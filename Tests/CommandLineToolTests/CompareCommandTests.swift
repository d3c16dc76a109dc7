import Foundation
import TestSupport
import Testing

/// `swiftlet compare`, natively and, where the library is, with OpenVINO.
@Suite struct CompareCommandTests {
    private static let model = Golden.repository.appendingPathComponent("Tests/Golden/llama-gqa-tied-bf16").path
    private static let exported = Golden.repository.appendingPathComponent("Tests/Golden/openvino/llama-gqa-tied-bf16")
        .path

    private static let library: String? = {
        let named = ProcessInfo.processInfo.environment["SWIFTLET_OPENVINO"].flatMap { $0.isEmpty ? nil : $0 }
        let brought = Golden.repository.appendingPathComponent(".openvino").path
        return named ?? (FileManager.default.fileExists(atPath: brought) ? brought : nil)
    }()

    private func compare(_ arguments: [String], library: String) throws -> ToolProcess.Result {
        try ToolProcess.run(
            ["compare", Self.model, "--exported", Self.exported, "-t", "1", "-p", "40", "-n", "8"] + arguments,
            environment: ["SWIFTLET_OPENVINO": library, "XDG_CACHE_HOME": try ToolProcess.temporaryFolder().path])
    }

    @Test("a backend that is not there is a row that says why; the others run")
    func absent() throws {
        let plot = try ToolProcess.temporaryFolder().appendingPathComponent("p.svg").path
        let result = try compare(
            ["--backends", "cpu,openvino:HETERO:GPU,CPU", "-r", "2", "--window", "0", "--json", "--plot", plot],
            library: "/nowhere")
        try #require(result.status == 0, "\(result.errors)")
        let rows = try #require(try result.json()["backends"] as? [[String: Any]])
        #expect(rows.map { $0["backend"] as? String } == ["cpu", "openvino:HETERO:GPU,CPU"])
        #expect(rows.map { $0["available"] as? Bool } == [true, false])
        #expect((rows[0]["latencies_ms"] as? [Double])?.count == 7)
        #expect(try #require(rows[0]["peak_memory_bytes"] as? Int) > 1 << 20)
        #expect((rows[1]["reason"] as? String)?.contains("pip install openvino") == true)
        let picture = try String(contentsOfFile: plot, encoding: .utf8)
        #expect(picture.hasPrefix("<svg") && picture.contains(">cpu</text>") && !picture.contains("HETERO"))
    }

    @Test(
        "figures, agreement, and the device really used",
        .enabled(if: library != nil, "needs OpenVINO: scripts/openvino.sh, or SWIFTLET_OPENVINO"))
    func running() throws {
        // The device's own defaults have 16-bit floats and a cache of 8 bits, by which a thin margin turns.
        let exact = ["INFERENCE_PRECISION_HINT=f32", "KV_CACHE_PRECISION=f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE=0"]
            .flatMap { ["--ov-config", $0] }
        let result = try compare(
            ["--backends", "cpu,openvino:AUTO,openvino:GPU", "-r", "1", "--window", "32"] + exact,
            library: try #require(Self.library))
        try #require(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("| cpu/") })
        #expect(lines.contains { $0.hasPrefix("| openvino:AUTO = openvino:CPU |") && $0.contains("100.0 %") })
        #expect(lines.contains { $0.hasPrefix("| openvino:GPU | not run: OpenVINO has no device GPU") })
    }

    @Test("lists that name no backend are refused")
    func lists() throws {
        for list in ["", "gpu", "cpu,", "openvino:"] {
            #expect(try compare(["--backends", list], library: "/nowhere").status == 64, "\(list)")
        }
    }
}
