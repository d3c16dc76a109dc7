import Checkpoints
import Transformer
import UntrustedInput

/// `genai_config.json`: what ONNX Runtime GenAI has to know of a model beside its graph, with the members that its builder
/// writes.
struct GenAIConfiguration {
    let checkpoint: Checkpoint
    let configuration: ModelConfiguration
    let tokenizer: ExportedTokenizer?
    /// The ids that end an answer.
    let endTokens: Set<Int>
    let target: ONNXOptions.Target

    static let fileName = "genai_config.json"

    var bytes: [UInt8] {
        get throws(InputError) { Array((try json.text() + "\n").utf8) }
    }

    private var json: JSONText {
        get throws(InputError) {
            let generation = try checkpoint.json(named: "generation_config.json")
            return .object([("model", try model(generation)), ("search", search(generation))])
        }
    }

    // MARK: The model

    private func model(_ generation: JSON?) throws(InputError) -> JSONText {
        let ends = try ends(generation)
        let padding = try padding(generation) ?? ends[0]
        return .object([
            ("bos_token_id", .integer(configuration.beginningToken ?? tokenizer?.tokenizer.beginningID ?? 1)),
            ("context_length", .integer(configuration.contextTokens)),
            ("decoder", decoder),
            ("eos_token_id", ends.count == 1 ? .integer(ends[0]) : .list(ends.map { .integer($0) })),
            ("pad_token_id", .integer(padding)),
            ("type", .string(configuration.architecture.rawValue)),
            ("vocab_size", .integer(configuration.vocabularySize)),
        ])
    }

    private var decoder: JSONText {
        var inputs: [(key: String, value: JSONText)] = [
            ("input_ids", .string("input_ids")), ("attention_mask", .string("attention_mask")),
        ]
        if !configuration.hasFusedAttention(target) { inputs.append(("position_ids", .string("position_ids"))) }
        inputs += [
            ("past_key_names", .string("past_key_values.%d.key")),
            ("past_value_names", .string("past_key_values.%d.value")),
        ]
        let outputs: [(key: String, value: JSONText)] = [
            ("logits", .string("logits")), ("present_key_names", .string("present.%d.key")),
            ("present_value_names", .string("present.%d.value")),
        ]
        return .object([
            (
                "session_options",
                .object([
                    ("log_id", .string("onnxruntime-genai")),
                    ("provider_options", .list(providerOptions.map { .object([$0]) })),
                ])
            ),
            ("filename", .string(ONNXExport.modelName)),
            ("head_size", .integer(configuration.headSize)),
            ("hidden_size", .integer(configuration.hiddenSize)),
            ("inputs", .object(inputs)),
            ("outputs", .object(outputs)),
            ("num_attention_heads", .integer(configuration.headCount)),
            ("num_hidden_layers", .integer(configuration.layerCount)),
            ("num_key_value_heads", .integer(configuration.keyValueHeadCount)),
        ])
    }

    /// The provider that the session is made with; the CPU needs none.
    private var providerOptions: [(key: String, value: JSONText)] {
        func strings(_ options: [(key: String, value: String)]) -> JSONText {
            .object(options.map { ($0.key, .string($0.value)) })
        }
        switch target {
        case .cpu: return []
        case .dml: return [("dml", strings([("enable_graph_capture", "1")]))]
        case .cuda: return [("cuda", strings([("enable_cuda_graph", "0")]))]
        case .webgpu: return [("webgpu", strings([("enableGraphCapture", "0"), ("validationMode", "basic")]))]
        }
    }

    // MARK: Tokens

    /// At least one: a text must end.
    private func ends(_ generation: JSON?) throws(InputError) -> [Int] {
        let field = generation?["eos_token_id"]
        let named = (field?.array ?? field.map { [$0] } ?? []).compactMap(\.integer)
        let made = tokenizer?.tokenizer.endID.map { [$0] } ?? []
        let known = Set(configuration.endTokens + named + made).union(endTokens)
            .filter { 0 <= $0 && $0 < configuration.vocabularySize }
        guard !known.isEmpty else { throw .missing(file: checkpoint.path, field: "eos_token_id") }
        return known.sorted()
    }

    private func padding(_ generation: JSON?) throws(InputError) -> Int? {
        let own = try checkpoint.json(named: "config.json")?["pad_token_id"]?.integer
        let id = own ?? generation?["pad_token_id"]?.integer ?? tokenizer?.tokenizer.paddingID
        return id.flatMap { 0 <= $0 && $0 < configuration.vocabularySize ? $0 : nil }
    }

    // MARK: Search

    /// What `generation_config.json` says of sampling, else greedy decoding.
    private func search(_ generation: JSON?) -> JSONText {
        func number(_ key: String, _ standard: Double, in range: ClosedRange<Double>) -> JSONText {
            let value = generation?[key]?.double ?? standard
            return .number(range.contains(value) ? value : standard)
        }
        func integer(_ key: String, _ standard: Int) -> JSONText {
            .integer(max(generation?[key]?.integer ?? standard, 0))
        }
        return .object([
            ("diversity_penalty", .number(0.0)),
            ("do_sample", .bool(generation?["do_sample"]?.bool ?? false)),
            ("early_stopping", .bool(true)),
            ("length_penalty", .number(1.0)),
            ("max_length", .integer(configuration.contextTokens)),
            ("min_length", .integer(0)),
            ("no_repeat_ngram_size", .integer(0)),
            ("num_beams", .integer(1)),
            ("num_return_sequences", .integer(1)),
            ("past_present_share_buffer", .bool(true)),
            ("repetition_penalty", .number(1.0)),
            ("temperature", number("temperature", 1, in: 0...100)),
            ("top_k", integer("top_k", 50)),
            ("top_p", number("top_p", 1, in: 0...1)),
        ])
    }
}
