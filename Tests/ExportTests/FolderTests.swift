import Checkpoints
import Compute
import Export
import Foundation
import TestSupport
import Testing
import Tokenizers
import Transformer

/// The folder as a whole: what stands beside the graph, what is refused, and what is left then.
@Suite final class FolderTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    private static let model = Workshop.golden("phi3-base-f32")

    @Test("configuration and tokenizer files of a folder are copied as they are")
    func copies() throws {
        let report = try shop.export(Self.model, ExportOptions(.int8))
        let names =
            ["config.json", "generation_config.json", "openvino_model.bin", "openvino_model.xml"]
            + ["tokenizer.json", "tokenizer_config.json"]
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.path("a")).sorted() == names)
        #expect(report.files.sorted() == names)
        #expect(try shop.names == ["a"])
        for name in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
            #expect(try shop.bytes("a/\(name)") == Data(contentsOf: URL(fileURLWithPath: "\(Self.model)/\(name)")))
        }
        let sizes = try names.map { try shop.bytes("a/\($0)").count }
        #expect(report.byteCount == sizes.reduce(0, +))
    }

    @Test("the configuration that is made of a GGUF's metadata is read as the same", arguments: GraphTests.models)
    func configuration(model: String) throws {
        let gguf = try shop.gguf(of: Workshop.golden(model), .f16)
        try shop.export(gguf, ExportOptions(.fp16))
        let original = try ModelConfiguration(try Checkpoint.open(gguf))
        let copy = try ModelConfiguration(try Checkpoint.open(shop.path("a")))
        #expect(copy.architecture == original.architecture && copy.vocabularySize == original.vocabularySize)
        #expect(copy.hiddenSize == original.hiddenSize && copy.intermediateSize == original.intermediateSize)
        #expect(copy.headCount == original.headCount && copy.keyValueHeadCount == original.keyValueHeadCount)
        #expect(copy.layerCount == original.layerCount && copy.headSize == original.headSize)
        #expect(copy.rotaryDimensions == original.rotaryDimensions && copy.ropeTheta == original.ropeTheta)
        #expect(copy.ropeScaling?.longFactors == original.ropeScaling?.longFactors)
        #expect(copy.ropeScaling?.shortFactors == original.ropeScaling?.shortFactors)
        #expect(copy.rmsNormEpsilon == original.rmsNormEpsilon && copy.contextTokens == original.contextTokens)
        #expect(copy.slidingWindow == original.slidingWindow && copy.tiedEmbeddings == original.tiedEmbeddings)
        #expect(copy.beginningToken == original.beginningToken && copy.endTokens == original.endTokens)
    }

    @Test("an attention factor that does not follow from the lengths is told", arguments: [nil, 1.25])
    func attentionFactor(stated: Double?) throws {
        let source = shop.folder.appendingPathComponent("source")
        try FileManager.default.copyItem(
            at: URL(fileURLWithPath: Workshop.golden("phi3-longrope-f16")), to: source)
        let path = source.appendingPathComponent("config.json")
        var text = try String(contentsOf: path, encoding: .utf8)
        if let stated {
            text.replace(
                "\"long_factor\"", with: "\"attention_factor\": \(stated), \"long_factor\"", maxReplacements: 1)
        }
        try text.write(to: path, atomically: true, encoding: .utf8)
        let gguf = try shop.gguf(of: source.path, .f16)
        try shop.export(gguf, ExportOptions(.fp16))
        let original = try #require(try ModelConfiguration(try Checkpoint.open(source.path)).ropeScaling)
        let copy = try #require(try ModelConfiguration(try Checkpoint.open(shop.path("a"))).ropeScaling)
        #expect(Float(copy.attentionFactor) == Float(original.attentionFactor))
        #expect(stated == nil || copy.attentionFactor == stated)
        let scaling = try Checkpoint.open(shop.path("a")).json(named: "config.json")?["rope_scaling"]
        #expect((scaling?["attention_factor"] != nil) == (stated != nil))
    }

    private static let texts = [
        "", "the swift", "  two  spaces", "<|user|>\nHi<|end|>\n<|assistant|>", "naïve 東京 \u{1F600}", "12345 a\tb\r\n",
    ]

    @Test("tokenizer files made of a tokenizer give the same ids and texts", arguments: GraphTests.models)
    func tokenizer(model: String) throws {
        let json = try Data(contentsOf: URL(fileURLWithPath: "\(Workshop.golden(model))/tokenizer.json"))
        let original = try Tokenizer(tokenizerJSON: Array(json), configuration: nil, addedTokens: nil, file: "a")
        try check(original, model)
    }

    @Test(
        "byte-level ones, too", .enabled(if: SmolLM2.path != nil, "needs weights/, brought by weights/fetch.sh"))
    func byteLevel() throws {
        let checkpoint = try Checkpoint.open(try #require(SmolLM2.path))
        let metadata = checkpoint.metadata
        let original = try Tokenizer(
            gguf: GGUFVocabulary(
                model: try metadata.string("tokenizer.ggml.model"),
                pre: try metadata.stringIfPresent("tokenizer.ggml.pre"),
                tokens: try metadata.stringArray("tokenizer.ggml.tokens"),
                tokenTypes: try metadata.intArrayIfPresent("tokenizer.ggml.token_type")?.map { Int32($0) },
                merges: try metadata.stringArrayIfPresent("tokenizer.ggml.merges"), file: "smollm2"))
        try check(original, "phi3-base-f32")
    }

    private func check(_ original: Tokenizer, _ model: String) throws {
        let gguf = try shop.gguf(of: Workshop.golden(model), .f16)
        let made = ExportedTokenizer(original, chatTemplate: "{{ \"a\" }}\n")
        try shop.export(gguf, ExportOptions(.fp16), tokenizer: made)
        let folder = try Checkpoint.open(shop.path("a"))
        let bytes = try #require(try folder.bytes(named: "tokenizer.json"))
        let configuration = try folder.json(named: "tokenizer_config.json")
        #expect(configuration?["chat_template"]?.string == "{{ \"a\" }}\n")
        let copy = try Tokenizer(
            tokenizerJSON: bytes, configuration: configuration, addedTokens: nil, file: "tokenizer.json")
        #expect(copy.addedTokens == original.addedTokens && copy.vocabularySize == original.vocabularySize)
        #expect(copy.addsBeginning == original.addsBeginning && copy.endID == original.endID)
        for text in Self.texts {
            let ids = original.encode(text)
            #expect(copy.encode(text) == ids, "\(text)")
            #expect(copy.decode(ids) == original.decode(ids))
        }
    }

    // MARK: Refused

    @Test("rows that are no whole groups are refused by name, with the groups that fit")
    func unevenGroups() throws {
        let error = #expect(throws: ExportError.self) { try shop.export(Self.model, .int4(.columns(128))) }
        guard case .unevenGroups(_, "model.layers.0.self_attn.qkv_proj.weight", 32, 128) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("--group-size 32, -1 fits") == true)
        #expect(try shop.names.isEmpty)
    }

    @Test("what is quantised already is refused, but for fp16, until it is allowed")
    func requantizing() throws {
        let gguf = Workshop.golden("gguf/phi3-base-f32.q8_0.gguf")
        for format in [ExportOptions.WeightFormat.int4, .int8] {
            let error = #expect(throws: ExportError.self) { try shop.export(gguf, ExportOptions(format)) }
            guard case .alreadyQuantized(gguf, "token_embd.weight", "Q8_0", _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        try shop.export(gguf, ExportOptions(.fp16), to: "a")
        var options = ExportOptions(.int4)
        options.allowsRequantizing = true
        try shop.export(gguf, options, to: "b")
        #expect(try shop.names == ["a", "b"])
    }

    @Test("a weight beyond f16 is refused by name", arguments: [ExportOptions.WeightFormat.fp16, .int8, .int4])
    func range(format: ExportOptions.WeightFormat) throws {
        try FileManager.default.copyItem(atPath: Self.model, toPath: shop.path("model"))
        let path = shop.path("model/model.safetensors")
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let matrix = try #require(SafetensorsFile(path: path).bytes("model.layers.1.mlp.down_proj.weight"))
        let place = try #require(data.range(of: Data(matrix)))
        // 1e30 in the middle of the matrix.
        var changed = data
        let bits = Float(1e30).bitPattern
        let start = place.lowerBound + matrix.count / 8 * 4
        for byte in 0..<4 { changed[start + byte] = UInt8(truncatingIfNeeded: bits >> (8 * UInt32(byte))) }
        try changed.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: ExportError.self) { try shop.export(shop.path("model"), ExportOptions(format)) }
        guard case .weightOutOfRange(_, "model.layers.1.mlp.down_proj.weight", _, 65_504) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try shop.names == ["model"])
    }

    @Test("a folder that holds something stays as it is; an empty one is taken")
    func places() throws {
        try FileManager.default.createDirectory(atPath: shop.path("a"), withIntermediateDirectories: true)
        try Data([1]).write(to: URL(fileURLWithPath: shop.path("a/mine")))
        #expect(throws: ExportError.outputExists(folder: shop.path("a"))) {
            try shop.export(Self.model, ExportOptions(.int8))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.path("a")) == ["mine"])
        try FileManager.default.createDirectory(atPath: shop.path("b"), withIntermediateDirectories: true)
        try shop.export(Self.model, ExportOptions(.int8), to: "b")
        #expect(try shop.names == ["a", "b"])
        #expect(throws: ExportError.self) { try shop.export(Self.model, ExportOptions(.int8), to: "no/such/folder") }
    }

    @Test("an export that is cancelled leaves nothing")
    func cancelled() async throws {
        let path = shop.path("a")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            let compute = try Compute(threads: 1)
            let export = try OpenVINOExport(
                try Checkpoint.open(Workshop.golden("phi3-base-f32")), ExportOptions(.int8), compute: compute)
            return try export.write(to: path, compute: compute)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(try shop.names.isEmpty)
    }

    @Test("progress grows to the whole")
    func progress() throws {
        var seen: [Int] = []
        var total = 0
        try shop.export(Self.model, ExportOptions(.int8)) {
            seen.append($0)
            total = $1
        }
        #expect(seen == seen.sorted() && seen.last == total && total > 0)
    }
}
