package import Checkpoints
internal import UntrustedInput

/// `genai_config.json`, by which ONNX Runtime GenAI describes a decoder: of it what the bridge must know.
package struct GenAIConfiguration: Sendable, Equatable {
    package static let fileName = "genai_config.json"

    /// The model's file, beside this one.
    package let modelFile: String
    package let vocabularySize: Int
    package let contextTokens: Int
    package let layerCount: Int
    package let keyValueHeadCount: Int
    package let headSize: Int
    package let endTokens: Set<Int>
    /// LongRoPE: the longest sequence that has the short factors, where the operations do not tell; nil without it.
    package let rotaryBoundary: Int?
    /// Whether the same memory may hold the cache before and after a run.
    package let sharesBuffer: Bool

    package let tokens: String
    package let mask: String
    package let positions: String
    package let logits: String
    /// Names for each layer.
    package let pastKeys: [String]
    package let pastValues: [String]
    package let presentKeys: [String]
    package let presentValues: [String]

    /// Reads it, every number within its limit.
    ///
    /// - Throws: `InputError`, ``ONNXRuntimeError/notExported(path:)`` where the folder holds another kind of model.
    package init(_ checkpoint: Checkpoint) throws {
        guard let json = try checkpoint.json(named: Self.fileName) else {
            throw ONNXRuntimeError.notExported(path: checkpoint.path)
        }
        let model = try Members(json, file: checkpoint.file(named: Self.fileName)).object("model")
        let decoder = try model.object("decoder")
        guard decoder.json["pipeline"] == nil else { throw decoder.unsupported("pipeline", "a model in several files") }
        if let window = decoder.json["sliding_window"], window["slide_key_value_cache"]?.bool == true {
            throw decoder.unsupported("sliding_window.slide_key_value_cache", "true")
        }
        modelFile = try decoder.text("filename") ?? "model.onnx"
        vocabularySize = try model.integer("vocab_size", in: 1...Limits.vocabularySize)
        contextTokens = try model.integer("context_length", in: 1...Limits.contextTokens)
        layerCount = try decoder.integer("num_hidden_layers", in: 1...Limits.layerCount)
        keyValueHeadCount = try decoder.integer("num_key_value_heads", in: 1...Limits.headCount)
        headSize = try decoder.integer("head_size", in: 1...Limits.headSize)
        let ends = model.json["eos_token_id"]
        endTokens = Set((ends?.array ?? [ends].compactMap { $0 }).compactMap(\.integer)).filter {
            [vocabularySize] in (0..<vocabularySize).contains($0)
        }
        sharesBuffer = json["search"]?["past_present_share_buffer"]?.bool ?? false
        rotaryBoundary = try Self.rotaryBoundary(checkpoint, model: model, contextTokens: contextTokens)

        let inputs = try decoder.object("inputs")
        let outputs = try decoder.object("outputs")
        tokens = try inputs.text("input_ids") ?? "input_ids"
        mask = try inputs.text("attention_mask") ?? "attention_mask"
        positions = try inputs.text("position_ids") ?? "position_ids"
        logits = try outputs.text("logits") ?? "logits"
        pastKeys = try inputs.names("past_key_names", or: "past_key_values.%d.key", count: layerCount)
        pastValues = try inputs.names("past_value_names", or: "past_key_values.%d.value", count: layerCount)
        presentKeys = try outputs.names("present_key_names", or: "present.%d.key", count: layerCount)
        presentValues = try outputs.names("present_value_names", or: "present.%d.value", count: layerCount)
    }

    /// This file does not tell it. A `config.json` beside it does; without one the models of the Phi-3 family that go
    /// past 4,096 tokens are known to turn there.
    private static func rotaryBoundary(
        _ checkpoint: Checkpoint, model: Members, contextTokens: Int
    ) throws -> Int? {
        if let configuration = try checkpoint.json(named: "config.json") {
            let nested = [configuration["rope_scaling"], configuration["rope_parameters"]].compactMap { $0 }
            guard nested.contains(where: { $0["long_factor"] != nil }) else { return nil }
            let stated = (nested + [configuration]).compactMap { $0["original_max_position_embeddings"]?.integer }.first
            return stated.flatMap { $0 > 0 && $0 < contextTokens ? $0 : nil }
        }
        let isOfPhi3 = ["phi3", "phimoe"].contains(model.json["type"]?.string ?? "")
        return isOfPhi3 && contextTokens > 4_096 ? 4_096 : nil
    }
}

/// Members of an object, which errors name by their way from the top.
private struct Members {
    let json: JSON
    let file: String
    var prefix = ""

    init(_ json: JSON, file: String, prefix: String = "") {
        self.json = json
        self.file = file
        self.prefix = prefix
    }

    func object(_ key: String) throws(InputError) -> Members {
        guard let value = json[key] else { throw .missing(file: file, field: prefix + key) }
        guard value.object != nil else { throw wrongType(key, value, "object") }
        return Members(value, file: file, prefix: "\(prefix)\(key).")
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(InputError) -> Int {
        guard let value = json[key] else { throw .missing(file: file, field: prefix + key) }
        guard let integer = value.integer else { throw wrongType(key, value, "integer") }
        guard range.contains(integer) else {
            throw .outOfRange(
                file: file, field: prefix + key, found: "\(integer)",
                expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func text(_ key: String) throws(InputError) -> String? {
        guard let value = json[key], !value.isNull else { return nil }
        guard let text = value.string else { throw wrongType(key, value, "string") }
        guard (1...Limits.tensorNameBytes).contains(text.utf8.count), !text.utf8.contains(0) else {
            throw .outOfRange(
                file: file, field: prefix + key, found: "\"\(text.prefix(64))\"",
                expected: "a name of up to \(Limits.tensorNameBytes) bytes")
        }
        return text
    }

    /// A name for each layer, by a pattern with `%d` in the layer's place.
    func names(_ key: String, or usual: String, count: Int) throws(InputError) -> [String] {
        let pattern = try text(key) ?? usual
        let parts = pattern.split(separator: "%d", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts.contains(where: { $0.contains("%") }) else {
            throw .malformed(file: file, field: prefix + key, found: "\"\(pattern)\"", expected: "a name with one %d")
        }
        return (0..<count).map { "\(parts[0])\($0)\(parts[1])" }
    }

    func unsupported(_ key: String, _ found: String) -> InputError {
        .unsupported(file: file, field: prefix + key, found: found, supported: ["one decoder with a cache of its own"])
    }

    private func wrongType(_ key: String, _ value: JSON, _ expected: String) -> InputError {
        .wrongType(file: file, field: prefix + key, found: value.typeName, expected: expected)
    }
}
