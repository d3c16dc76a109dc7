import Checkpoints
import Foundation
import ONNXRuntimeBridge
import TestSupport
import Testing

typealias TemporaryFolder = ScratchFolder

/// The real library, where this machine has it.
enum RealLibrary {
    /// What `SWIFTLET_ONNXRUNTIME` names, or what `scripts/onnxruntime.sh` brought.
    static let path: String? = {
        let named = ProcessInfo.processInfo.environment["SWIFTLET_ONNXRUNTIME"].flatMap { $0.isEmpty ? nil : $0 }
        let brought = Golden.repository.appendingPathComponent(".onnxruntime").path
        return [named, brought].compactMap { $0 }.lazy.compactMap {
            try? ONNXRuntimeLocation(environment: [:]).find($0)
        }.first
    }()

    static let isMissing: Comment = "needs ONNX Runtime: scripts/onnxruntime.sh, or SWIFTLET_ONNXRUNTIME"
}

/// `Fake/FakeONNXRuntime.c`, built with what is to go wrong.
enum FakeLibrary {
    static var clang: String? { FakeCLibrary.clang }

    static let isMissing: Comment = "needs clang beside swift"

    /// - Parameter macros: `NAME=VALUE`.
    static func build(_ macros: [String] = []) throws -> String {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fake/FakeONNXRuntime.c")
        return try FakeCLibrary.build(source, name: "libonnxruntime.so.1.32.0", macros: macros)
    }
}

extension ONNXRuntimeBackend {
    convenience init(
        _ path: String, library: String?, provider: String = "cpu", settings: [ONNXRuntimeSetting] = [],
        contextTokens: Int? = nil
    ) throws {
        let folder = try ModelFolder(try Checkpoint.open(path))
        try self.init(
            folder: folder, contextTokens: contextTokens ?? folder.contextTokens,
            options: ONNXRuntimeOptions(library: library, provider: provider, settings: settings))
    }
}

/// What ONNX Runtime GenAI's builder made of models of ours.
enum BuiltModel: String, CaseIterable {
    /// 32-bit floats for the CPU, LongRoPE past 16 tokens.
    case longRoPE = "phi3-longrope-f16"
    /// 16-bit floats as for DirectML, with positions as an input.
    case halves = "phi3-base-f32.dml"

    var path: String { Golden.repository.appendingPathComponent("Tests/Golden/onnx/\(rawValue)").path }

    /// What the reference says about the model that it was made of.
    func golden() throws -> SafetensorsFile {
        let name = rawValue.split(separator: ".")[0]
        return try SafetensorsFile(
            path: Golden.repository.appendingPathComponent("Tests/Golden/\(name)/golden.safetensors").path)
    }

    /// A copy that may be spoilt.
    func copy() throws -> URL {
        let copy = try TemporaryFolder.make().appendingPathComponent("model")
        try FileManager.default.copyItem(atPath: path, toPath: copy.path)
        return copy
    }

    /// A copy whose `genai_config.json` promises another context than there are angles for.
    func copy(contextTokens: Int) throws -> URL {
        let folder = try copy()
        let path = folder.appendingPathComponent("genai_config.json")
        try String(contentsOf: path, encoding: .utf8)
            .replacing(/"context_length": \d+/, with: "\"context_length\": \(contextTokens)")
            .write(to: path, atomically: true, encoding: .utf8)
        return folder
    }
}

/// A folder for the fake library: the operations are a single product, which the fake does not look at.
enum FakeFolder {
    static func make(
        sharesBuffer: Bool = true, contextTokens: Int = 4_096, boundary: Int? = nil, changes: [(String, String)] = []
    ) throws -> String {
        let folder = try TemporaryFolder.make()
        var text = """
            {"model": {"context_length": \(contextTokens), "vocab_size": 320, "eos_token_id": [304, 305], "type": "phi3",
              "decoder": {"filename": "model.onnx", "head_size": 4, "num_hidden_layers": 2, "num_key_value_heads": 2,
                "inputs": {"input_ids": "input_ids", "past_key_names": "past_key_values.%d.key"}, "outputs": {}}},
             "search": {"past_present_share_buffer": \(sharesBuffer)}}
            """
        for (old, new) in changes { text = text.replacing(old, with: new) }
        try text.write(
            to: folder.appendingPathComponent("genai_config.json"), atomically: true, encoding: .utf8)
        try Data(model(boundary: boundary)).write(to: folder.appendingPathComponent("model.onnx"))
        for name in ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"] {
            try FileManager.default.copyItem(
                atPath: "\(BuiltModel.halves.path)/\(name)", toPath: folder.appendingPathComponent(name).path)
        }
        return folder.path
    }

    static func node(_ operation: String, _ inputs: [String], _ outputs: [String], _ rest: [UInt8] = []) -> [UInt8] {
        WireWriter.message(
            1,
            inputs.flatMap { WireWriter.text(1, $0) } + outputs.flatMap { WireWriter.text(2, $0) }
                + WireWriter.text(4, operation) + rest)
    }

    /// A matrix without its numbers.
    static func table(_ name: String, rows: Int) -> [UInt8] {
        WireWriter.message(5, WireWriter.number(1, UInt64(rows)) + WireWriter.number(1, 8) + WireWriter.text(8, name))
    }

    /// logits = hidden · head; with a boundary, also the If that picks LongRoPE's factors.
    static func model(boundary: Int? = nil, external: [UInt8] = []) -> [UInt8] {
        var graph = node("MatMul", ["hidden", "head"], ["logits"]) + external
        if let boundary {
            let value =
                WireWriter.number(2, 7) + WireWriter.message(9, [UInt8(boundary)] + [UInt8](repeating: 0, count: 7))
            graph += node("Constant", [], ["limit"], WireWriter.message(5, WireWriter.message(5, value)))
            graph += node("Greater", ["length", "limit"], ["isLong"]) + node("If", ["isLong"], ["cos", "sin"])
        }
        return WireWriter.number(1, 10) + WireWriter.message(7, graph)
    }
}
