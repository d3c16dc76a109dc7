public import Inference

/// A sequence that is led by hand, greedily.
public struct GreedyWalk {
    public let backend: any InferenceBackend
    public let sequence: any InferenceSequence
    public private(set) var tokens: [Int]
    /// Tokens that ran, those again included.
    public private(set) var computed = 0
    private let rows: LogitRows

    public init(_ backend: any InferenceBackend, _ prompt: [Int]) throws {
        self.backend = backend
        sequence = try backend.makeSequence()
        tokens = prompt
        rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
    }

    public mutating func append(_ ids: [Int]) { tokens += ids }

    public mutating func step(chunk: Int = .max) throws {
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

extension InferenceBackend {
    /// The logits of all tokens of a new sequence.
    public func allLogits(_ ids: [Int], chunk: Int = .max) throws -> [Float] {
        let sequence = try makeSequence()
        _ = try sequence.reserve(totalTokens: ids.count)
        let rows = LogitRows(vocabularySize: properties.vocabularySize)
        var logits: [Float] = []
        var position = 0
        while position < ids.count {
            let end = position + min(chunk, ids.count - position)
            try forward([SequenceSlice(sequence: sequence, tokens: ids[position..<end], logits: .all)], into: rows)
            logits += rows.values.prefix(rows.rowCount * rows.vocabularySize)
            position = end
        }
        return logits
    }
}
