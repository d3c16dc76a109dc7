import Checkpoints
import Foundation
import ONNXRuntimeBridge
import TestSupport
import Testing
import UntrustedInput

/// What is proven of a folder before the library sees it.
@Suite struct FolderTests {
    private func open(_ path: String) throws -> ModelFolder { try ModelFolder(try Checkpoint.open(path)) }

    @Test("names, sizes and ends of a folder of the builder's")
    func builder() throws {
        let folder = try open(BuiltModel.longRoPE.path)
        let configuration = folder.configuration
        #expect(configuration.layerCount == 2 && configuration.headSize == 16 && configuration.sharesBuffer)
        #expect(configuration.pastKeys == ["past_key_values.0.key", "past_key_values.1.key"])
        #expect(configuration.presentValues == ["present.0.value", "present.1.value"])
        #expect(configuration.endTokens == [304] && configuration.contextTokens == 64)
        #expect(folder.rotaryBoundary == 16 && configuration.rotaryBoundary == nil)
        #expect(folder.weightBytes == 164_480 + 20_421)
        #expect(folder.cacheBytes(tokens: 3) == 3 * 2 * 2 * 2 * 16 * 4)
        #expect(folder.cacheBytes(tokens: .max) == .max)
        #expect(try open(BuiltModel.halves.path).rotaryBoundary == nil)
    }

    @Test("where operations do not tell of LongRoPE, config.json does, and the family's habit")
    func boundaries() throws {
        let long = try FakeFolder.make(contextTokens: 131_072)
        #expect(try open(long).rotaryBoundary == 4_096)
        #expect(try open(try FakeFolder.make(contextTokens: 4_096)).rotaryBoundary == nil)
        try #"{"rope_scaling": {"long_factor": [1.0]}, "original_max_position_embeddings": 8192}"#
            .write(toFile: long + "/config.json", atomically: true, encoding: .utf8)
        #expect(try open(long).rotaryBoundary == 8_192)
        try #"{"rope_scaling": null}"#.write(toFile: long + "/config.json", atomically: true, encoding: .utf8)
        #expect(try open(long).rotaryBoundary == nil)
        #expect(try open(try FakeFolder.make(boundary: 16)).rotaryBoundary == 16)
    }

    @Test("a context ends where the angles do, whatever genai_config.json says; of LongRoPE's where the long ones do")
    func angles() throws {
        for (model, tokens) in [(BuiltModel.longRoPE, 64), (.halves, 128)] {
            let folder = try model.copy(contextTokens: 1_024)
            #expect(try open(folder.path).contextTokens == tokens)
        }
        func positions(_ rows: [Int], of operations: [UInt8], boundary: Int? = nil) throws -> Int? {
            let tables = zip(["cos", "sin"], rows).flatMap { FakeFolder.table($0.0, rows: $0.1) }
            let model = WireWriter.number(1, 10) + WireWriter.message(7, tables + operations)
            return try ONNXDocument(model, file: "x").rotaryPositions(boundary: boundary)
        }
        let fused = FakeFolder.node(
            "GroupQueryAttention", ["q", "k", "v", "pk", "pv", "l", "t", "cos", "sin"], ["a"])
        #expect(try positions([40, 40], of: fused, boundary: 16) == 40)
        let rotated = FakeFolder.node("RotaryEmbedding", ["q", "p", "cos", "sin"], ["r"])
        #expect(try positions([40, 40], of: rotated, boundary: 16) == 40)
        // The long factors' rows behind the short ones'.
        let shifted = FakeFolder.node("Add", ["shift", "position_ids"], ["p"]) + rotated
        #expect(try positions([56, 56], of: shifted, boundary: 16) == 40)
        #expect(try positions([0, 0], of: rotated) == 0)
        // Tables that are found nowhere, and attention that takes none.
        #expect(try positions([], of: fused) == nil)
        #expect(try positions([40], of: FakeFolder.node("GroupQueryAttention", ["q", "k"], ["a"])) == nil)
    }

    @Test(
        "what is wrong with genai_config.json is named by its way from the top",
        arguments: [
            (#""vocab_size": 320"#, #""vocab_size": 0"#, "model.vocab_size"),
            (#""head_size": 4"#, #""head_size": "x""#, "model.decoder.head_size"),
            (#""num_hidden_layers": 2,"#, "", "model.decoder.num_hidden_layers"),
            (#""num_hidden_layers": 2,"#, #""num_hidden_layers": 257,"#, "model.decoder.num_hidden_layers"),
            (".%d.key", ".%s.key", "model.decoder.inputs.past_key_names"),
            (".%d.key", ".key", "model.decoder.inputs.past_key_names"),
            (#""outputs": {}"#, #""outputs": []"#, "model.decoder.outputs"),
            (#""filename": "model.onnx","#, #""pipeline": [], "filename": "model.onnx","#, "model.decoder.pipeline"),
            (
                #""decoder": {"#, #""decoder": {"sliding_window": {"slide_key_value_cache": true},"#,
                "model.decoder.sliding_window.slide_key_value_cache"
            ),
        ])
    func configuration(old: String, new: String, field: String) throws {
        let path = try FakeFolder.make(changes: [(old, new)])
        #expect {
            try open(path)
        } throws: { error in
            (error as? InputError)?.field == field
        }
    }

    @Test("a folder of another kind says how to make one")
    func foreign() throws {
        let path = Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32").path
        #expect(throws: ONNXRuntimeError.notExported(path: path)) { try open(path) }
    }

    @Test("weights that are cut short, missing, or in another folder are named before the library maps them")
    func weights() throws {
        let folder = try BuiltModel.longRoPE.copy()
        let data = folder.appendingPathComponent("model.onnx.data")
        let file = try FileHandle(forWritingTo: data)
        try file.truncate(atOffset: 100_000)
        try file.close()
        #expect {
            try open(folder.path)
        } throws: { error in
            guard case .truncated(data.path, let field, _, 100_000) = error as? InputError else { return false }
            return field.contains("weight")
        }
        try FileManager.default.removeItem(at: data)
        #expect(throws: InputError.missingFile(file: data.path)) { try open(folder.path) }

        let other = try FakeFolder.make()
        for location in ["../model.onnx.data", "/etc/passwd", "..", ""] {
            let entry = WireWriter.message(13, WireWriter.text(1, "location") + WireWriter.text(2, location))
            let tensor = WireWriter.message(5, WireWriter.text(8, "w") + entry + WireWriter.number(14, 1))
            try Data(FakeFolder.model(external: tensor)).write(to: URL(fileURLWithPath: other + "/model.onnx"))
            #expect(throws: InputError.self, "\(location)") { try open(other) }
        }
        #expect(throws: InputError.self) { try open(try FakeFolder.make(changes: [("model.onnx", "../model.onnx")])) }
    }

    @Test("a model that ends anywhere, or with a bit turned, is refused or read, and nothing else")
    func damage() throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: BuiltModel.halves.path + "/model.onnx")))
        for end in stride(from: 0, to: whole.count, by: 37) {
            #expect(throws: InputError.self, "\(end)") { try ONNXDocument(Array(whole[..<end]), file: "x") }
        }
        var random = SplitMix64(seed: 7)
        for _ in 0..<2_000 {
            var bytes = whole
            bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
            guard let document = try? ONNXDocument(bytes, file: "x") else { continue }
            if let changed = document.selectingRows(of: "logits") { _ = try ONNXDocument(changed, file: "x") }
        }
    }

    @Test("the change of the head adds an input, a Slice and two constants, and leaves all else")
    func rowSelection() throws {
        let path = BuiltModel.longRoPE.path + "/model.onnx"
        let document = try ONNXDocument([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), file: path)
        let changed = try ONNXDocument(try #require(document.selectingRows(of: "logits")), file: path)
        #expect(changed.nodes.count == document.nodes.count + 1 && changed.externals == document.externals)
        let slice = try #require(
            changed.nodes.first {
                $0.operation == "Slice" && $0.inputs.count == 4 && $0.inputs[1] == "swiftlet_first_row"
            })
        let head = try #require(changed.nodes.first { $0.outputs == ["logits"] })
        let old = try #require(document.nodes.first { $0.outputs == ["logits"] })
        #expect(
            head.inputs[0] == slice.outputs[0] && slice.inputs[0] == old.inputs[0]
                && head.inputs.dropFirst() == old.inputs.dropFirst())
        #expect(document.selectingRows(of: "present.0.key") == nil && document.selectingRows(of: "none") == nil)
    }
}
