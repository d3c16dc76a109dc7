import Compute
import Inference
import TestSupport
import Testing
import Transformer

/// The bits of a sequence's logits depend on its tokens and on nothing else.
@Suite struct InvarianceTests {
    static let models = TinyModel.all.filter { !$0.name.contains("bf16") && !$0.name.contains("f16-") }
    static let precisions: [WeightPrecision] = [.exact, .native, .int8, .int4, .bf16]

    private func tokens(_ backend: TransformerBackend, count: Int, seed: Int = 7) -> [Int] {
        (0..<count).map { ($0 * 131 + seed * 17 + $0 * $0 * 7) % backend.properties.vocabularySize }
    }

    @Test("chunk sizes and thread counts change no bit", arguments: models, precisions)
    func chunksAndThreads(_ model: TinyModel, _ precision: WeightPrecision) throws {
        let reference = try model.load(precision: precision, cacheType: .f16)
        let ids = tokens(reference, count: min(90, reference.properties.contextTokens))
        let expected = try allLogits(reference, ids)
        for (threads, chunk, step) in [(1, 256, 1), (2, 256, 7), (3, 16, .max), (2, 33, .max), (1, 3, 50)] {
            let backend = try model.load(precision: precision, cacheType: .f16, threads: threads, chunk: chunk)
            #expect(try allLogits(backend, ids, step: step) == expected, "\(threads) threads, chunk \(chunk)")
        }
    }

    @Test("nor do they with a cache of 8-bit integers", arguments: models)
    func quantizedCache(_ model: TinyModel) throws {
        let reference = try model.load(precision: .native, cacheType: .q8)
        let ids = tokens(reference, count: min(90, reference.properties.contextTokens))
        let expected = try allLogits(reference, ids)
        for (threads, chunk, step) in [(1, 256, 1), (2, 33, 7), (3, 16, .max)] {
            let backend = try model.load(precision: .native, cacheType: .q8, threads: threads, chunk: chunk)
            #expect(try allLogits(backend, ids, step: step) == expected, "\(threads) threads, chunk \(chunk)")
        }
    }

    @Test("neighbours in the batch change no bit", arguments: models, [CacheType.f16, .q8])
    func neighbours(_ model: TinyModel, _ cacheType: CacheType) throws {
        let backend = try model.load(precision: .native, cacheType: cacheType, threads: 2)
        let prompts = [
            tokens(backend, count: 21, seed: 1), tokens(backend, count: 5, seed: 2),
            tokens(backend, count: 40, seed: 3),
        ]
        let alone = try prompts.map { try allLogits(backend, $0) }
        let sequences = try prompts.map { prompt in
            let sequence = try backend.makeSequence()
            _ = try sequence.reserve(totalTokens: prompt.count)
            return sequence
        }
        let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
        try backend.forward(
            zip(sequences, prompts).map { SequenceSlice(sequence: $0, tokens: $1[...], logits: .all) }, into: rows)
        var together: [Float] = []
        for row in 0..<rows.rowCount { together += rows.row(row) }
        #expect(together == alone.flatMap { $0 })
    }

    @Test("a truncated sequence goes on as if it had never been longer", arguments: models, [CacheType.f16, .q8])
    func truncation(_ model: TinyModel, _ cacheType: CacheType) throws {
        let backend = try model.load(precision: .native, cacheType: cacheType)
        let ids = tokens(backend, count: 30)
        let other = Array(ids.prefix(9)) + tokens(backend, count: 12, seed: 5)
        let sequence = try backend.makeSequence()
        let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
        _ = try sequence.reserve(totalTokens: ids.count)
        try backend.forward([SequenceSlice(sequence: sequence, tokens: ids[...], logits: .none)], into: rows)
        sequence.truncate(to: 9)
        let start = try sequence.reserve(totalTokens: other.count)
        #expect(start == 9 || start == 0)
        try backend.forward([SequenceSlice(sequence: sequence, tokens: other[start...], logits: .last)], into: rows)
        #expect(Array(rows.row(0)) == Array(try allLogits(backend, other).suffix(rows.vocabularySize)))
    }
}
