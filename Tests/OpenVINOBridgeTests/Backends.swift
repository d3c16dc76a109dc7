import Checkpoints
import Inference
import OpenVINOBridge
import Transformer

extension OpenVINOBackend {
    /// Opens an exported folder, keeping no compiled model unless a folder is named.
    convenience init(
        _ path: String, library: String?, device: String = "CPU", settings: [OpenVINOSetting] = [],
        maxPrompt: Int? = nil, minResponse: Int? = nil, contextTokens: Int? = nil
    ) throws {
        let checkpoint = try Checkpoint.open(path)
        let configuration = try ModelConfiguration(checkpoint)
        let keeps = settings.contains { $0.name == "CACHE_DIR" }
        try self.init(
            checkpoint: checkpoint, configuration: configuration,
            contextTokens: contextTokens ?? configuration.contextTokens, threads: nil,
            options: OpenVINOOptions(
                library: library, device: device,
                settings: settings + (keeps ? [] : [OpenVINOSetting("CACHE_DIR", "")]),
                maxPrompt: maxPrompt, minResponse: minResponse))
    }

    /// The logits of all tokens of a new sequence.
    func logits(_ ids: [Int]) throws -> [Float] {
        let sequence = try makeSequence()
        let rows = LogitRows(vocabularySize: properties.vocabularySize)
        _ = try sequence.reserve(totalTokens: ids.count)
        try forward([SequenceSlice(sequence: sequence, tokens: ids[...], logits: .all)], into: rows)
        return Array(rows.values.prefix(rows.rowCount * rows.vocabularySize))
    }
}

/// A sequence that is led by hand, greedily.
struct GreedyWalk {
    let backend: any InferenceBackend
    let sequence: any InferenceSequence
    private(set) var tokens: [Int]
    /// Tokens that ran, those again included.
    private(set) var computed = 0
    private let rows: LogitRows

    init(_ backend: any InferenceBackend, _ prompt: [Int]) throws {
        self.backend = backend
        sequence = try backend.makeSequence()
        tokens = prompt
        rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
    }

    mutating func append(_ ids: [Int]) { tokens += ids }

    mutating func step(chunk: Int = .max) throws {
        var position = try sequence.reserve(totalTokens: tokens.count)
        while position < tokens.count {
            let end = min(position + min(chunk, backend.properties.prefillChunkTokens), tokens.count)
            let slice = SequenceSlice(
                sequence: sequence, tokens: tokens[position..<end], logits: end == tokens.count ? .last : .none)
            try backend.forward([slice], into: rows)
            computed += end - position
            position = end
        }
        let row = rows.row(0)
        tokens.append(row.indices.max { row[$0] < row[$1] }! - row.startIndex)
    }
}
