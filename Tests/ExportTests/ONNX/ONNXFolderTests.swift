import Checkpoints
import Compute
import Export
import Foundation
import Testing
import Transformer

/// The folder as a whole: what stands beside the graph, what is refused, and what is left then.
@Suite final class ONNXFolderTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    private static let model = Workshop.golden("phi3-base-f32")

    @Test("a folder's configuration and tokenizer files are copied, and GenAI's own is made")
    func files() throws {
        let report = try shop.exportONNX(Self.model, .made(.int4))
        let names =
            ["config.json", "genai_config.json", "generation_config.json", "model.onnx", "model.onnx.data"]
            + ["tokenizer.json", "tokenizer_config.json"]
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.path("a")).sorted() == names)
        #expect(report.files.sorted() == names)
        #expect(try shop.names == ["a"])
        let sizes = try names.map { try shop.bytes("a/\($0)").count }
        #expect(report.byteCount == sizes.reduce(0, +))
        #expect(report.matrices.count == 12)
    }

    @Test("genai_config.json names the model's shape, its graph and what ends a text", arguments: GraphTests.models)
    func configuration(model: String) throws {
        try shop.exportONNX(Workshop.golden(model), .made(.int4, for: .dml), endTokens: [3, 9_999_999])
        let json = try JSONSerialization.jsonObject(with: try shop.bytes("a/genai_config.json")) as? [String: Any]
        let part = try #require(json?["model"] as? [String: Any])
        let decoder = try #require(part["decoder"] as? [String: Any])
        let own = try ModelConfiguration(try Checkpoint.open(Workshop.golden(model)))
        #expect(part["context_length"] as? Int == own.contextTokens && part["vocab_size"] as? Int == own.vocabularySize)
        #expect(part["type"] as? String == own.architecture.rawValue)
        #expect(part["bos_token_id"] as? Int == own.beginningToken)
        let ends = try #require(part["eos_token_id"] as? [Int])
        #expect(ends == ends.sorted() && Set(own.endTokens).union([3]).isSubset(of: ends) && ends.max() ?? 0 < 320)
        #expect(decoder["head_size"] as? Int == own.headSize && decoder["filename"] as? String == "model.onnx")
        #expect(decoder["num_hidden_layers"] as? Int == 2 && decoder["hidden_size"] as? Int == own.hiddenSize)
        let inputs = try #require(decoder["inputs"] as? [String: String])
        #expect(inputs["position_ids"] == "position_ids" && inputs["past_key_names"] == "past_key_values.%d.key")
        let search = try #require(json?["search"] as? [String: Any])
        #expect(
            search["max_length"] as? Int == own.contextTokens && search["past_present_share_buffer"] as? Bool == true)
    }

    @Test(
        "each target has its provider",
        arguments: [
            (ONNXOptions.Target.cpu, "[]"), (.dml, "[{\"dml\":{\"enable_graph_capture\":\"1\"}}]"),
            (.cuda, "[{\"cuda\":{\"enable_cuda_graph\":\"0\"}}]"),
            (.webgpu, "[{\"webgpu\":{\"enableGraphCapture\":\"0\",\"validationMode\":\"basic\"}}]"),
        ])
    func provider(target: ONNXOptions.Target, expected: String) throws {
        try shop.exportONNX(Self.model, .made(.int4, for: target))
        let json = try JSONSerialization.jsonObject(with: try shop.bytes("a/genai_config.json")) as? [String: Any]
        let decoder = try #require((json?["model"] as? [String: Any])?["decoder"] as? [String: Any])
        let session = try #require(decoder["session_options"] as? [String: Any])
        let options = try JSONSerialization.data(
            withJSONObject: try #require(session["provider_options"]), options: .sortedKeys)
        #expect(String(decoding: options, as: UTF8.self) == expected)
    }

    // MARK: Refused

    @Test("a precision that the target has no operators for is refused")
    func precisions() throws {
        for (precision, target) in [(ONNXOptions.Precision.int8, ONNXOptions.Target.dml), (.fp32, .cuda)] {
            let error = #expect(throws: ExportError.self) {
                try shop.exportONNX(Self.model, .made(precision, for: target))
            }
            guard case .precisionUnsupported(precision.rawValue, target.rawValue, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try shop.names.isEmpty)
    }

    @Test("a weight that is no number is refused by name, in every form", arguments: ONNXOptions.Precision.allCases)
    func range(precision: ONNXOptions.Precision) throws {
        try FileManager.default.copyItem(atPath: Self.model, toPath: shop.path("model"))
        let path = shop.path("model/model.safetensors")
        let tensor = try Checkpoint.open(Self.model).require("model.layers.1.mlp.down_proj.weight")
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try handle.seek(toOffset: UInt64(tensor.byteRange.lowerBound + 40))
        // Infinity.
        try handle.write(contentsOf: Data([0, 0, 0x80, 0x7f]))
        try handle.close()
        let error = #expect(throws: ExportError.self) { try shop.exportONNX(shop.path("model"), .made(precision)) }
        guard case .weightOutOfRange(_, "model.layers.1.mlp.down_proj.weight", _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try shop.names == ["model"])
    }

    @Test("a folder that holds something stays as it is; a place that is not there is refused")
    func places() throws {
        try FileManager.default.createDirectory(atPath: shop.path("a"), withIntermediateDirectories: true)
        try Data([1]).write(to: URL(fileURLWithPath: shop.path("a/mine")))
        #expect(throws: ExportError.outputExists(folder: shop.path("a"))) {
            try shop.exportONNX(Self.model, .made(.int4))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.path("a")) == ["mine"])
        #expect(throws: ExportError.self) { try shop.exportONNX(Self.model, .made(.int4), to: "no/such/folder") }
        #expect(try shop.names == ["a"])
    }

    @Test("an export that is cancelled leaves nothing")
    func cancelled() async throws {
        let path = shop.path("a")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            let export = try ONNXExport(try Checkpoint.open(Workshop.golden("phi3-base-f32")), .made(.int4))
            return try export.write(to: path, compute: try Compute(threads: 1))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(try shop.names.isEmpty)
    }

    @Test("progress grows to the whole", arguments: [ONNXOptions.Precision.int4, .fp32])
    func progress(precision: ONNXOptions.Precision) throws {
        var seen: [Int] = []
        var total = 0
        try shop.exportONNX(Self.model, .made(precision)) {
            seen.append($0)
            total = $1
        }
        #expect(seen == seen.sorted() && seen.last == total && total > 0)
    }
}
