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

    /// Runs sequences in one call, [1, 2, 3] with all rows and [318, 319] with the last, and then asks for what no backend may do: the
    /// same sequence twice, another backend's, and a token that is none.
    ///
    /// - Returns: the best token of each row, how long the sequences are, and why the others were refused.
    public func runTogether(
        besides foreign: any InferenceSequence
    ) throws -> (best: [Int], counts: [Int], refusals: [InferenceError]) {
        let (first, second) = (try makeSequence(), try makeSequence())
        for sequence in [first, second] { _ = try sequence.reserve(totalTokens: 8) }
        let rows = LogitRows(vocabularySize: properties.vocabularySize)
        func slice(
            _ sequence: any InferenceSequence, _ tokens: [Int], _ logits: SequenceSlice.LogitRequest
        ) -> SequenceSlice {
            SequenceSlice(sequence: sequence, tokens: tokens[...], logits: logits)
        }
        try forward([slice(first, [1, 2, 3], .all), slice(second, [318, 319], .last)], into: rows)
        let best = (0..<rows.rowCount).map { index in
            let row = rows.row(index)
            return row.indices.max { row[$0] < row[$1] }! - row.startIndex
        }
        let once = slice(first, [1], .last)
        var refusals: [InferenceError] = []
        for slices in [[once, once], [slice(foreign, [1], .last)], [slice(first, [320], .last)]] {
            do throws(InferenceError) { try forward(slices, into: rows) } catch { refusals.append(error) }
        }
        return (best, [first.count, second.count], refusals)
    }
}
