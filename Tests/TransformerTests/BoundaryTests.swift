import Compute
import Inference
import TestSupport
import Testing
import Transformer

/// The edges where other engines have gone wrong: LongRoPE's crossing, the sliding window, the end of the context.
@Suite struct BoundaryTests {
    static let longRope = TinyModel.all.filter { $0.name.contains("longrope") || $0.name.contains("phi4mini") }
    static let windowed = TinyModel.all.filter { $0.name.contains("swa") || $0.name.contains("window") }

    @Test("decoding across the original length equals a fresh prefill, one below, at and above", arguments: longRope)
    func crossing(_ model: TinyModel) throws {
        let backend = try model.load(precision: .native)
        let original = try #require(backend.configuration.ropeScaling).originalContextTokens
        let ids = (0..<original + 3).map { ($0 * 37 + 11) % backend.properties.vocabularySize }
        let sequence = try backend.makeSequence()
        let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
        for length in original - 2...original + 3 {
            let start = try sequence.reserve(totalTokens: length)
            // Only the step past the original length may cost the cache.
            if length == original + 1 {
                #expect(start == 0)
            } else if length > original - 2 {
                #expect(start == length - 1)
            }
            try backend.forward(
                [SequenceSlice(sequence: sequence, tokens: ids[start..<length], logits: .last)], into: rows)
            let fresh = try allLogits(backend, Array(ids.prefix(length)))
            #expect(Array(rows.row(0)) == Array(fresh.suffix(rows.vocabularySize)), "length \(length)")
        }
        // Back below, the short factors hold again.
        sequence.truncate(to: original - 4)
        #expect(try sequence.reserve(totalTokens: original - 3) == 0)
    }

    @Test("the cache of a windowed model stays bounded", arguments: windowed)
    func boundedCache(_ model: TinyModel) throws {
        let backend = try model.load(precision: .native, chunk: 16)
        let window = try #require(backend.configuration.slidingWindow)
        let ids = (0..<backend.properties.contextTokens).map { ($0 * 29 + 3) % backend.properties.vocabularySize }
        let bytes = { backend.configuration.cacheBytes(tokens: $0, type: .f16) }
        #expect(bytes(1 << 20) == bytes(window + 64))
        #expect(try allLogits(backend, ids, step: 1) == (try allLogits(backend, ids)))
    }

    @Test("what cannot be run is refused with a typed error") func refusals() throws {
        let model = try #require(TinyModel.all.first)
        let backend = try model.load()
        let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
        let sequence = try backend.makeSequence()
        let limit = backend.properties.contextTokens
        #expect(throws: InferenceError.contextExceeded(requested: limit + 1, limit: limit)) {
            _ = try sequence.reserve(totalTokens: limit + 1)
        }
        _ = try sequence.reserve(totalTokens: 2)
        let size = backend.properties.vocabularySize
        #expect(throws: InferenceError.tokenOutOfRange(id: size, vocabularySize: size)) {
            try backend.forward([SequenceSlice(sequence: sequence, tokens: [1, size], logits: .last)], into: rows)
        }
        for slices in [
            [SequenceSlice(sequence: sequence, tokens: [], logits: .last)],
            [SequenceSlice(sequence: sequence, tokens: [1, 2, 3], logits: .last)],
            [SequenceSlice](repeating: SequenceSlice(sequence: sequence, tokens: [1], logits: .last), count: 2),
            [SequenceSlice(sequence: try model.load().makeSequence(), tokens: [1], logits: .last)],
        ] {
            #expect(throws: InferenceError.self) { try backend.forward(slices, into: rows) }
        }
        #expect(sequence.count == 0)
    }
}
