import Compute
import Inference
import TestSupport
import Testing
import Transformer

/// A recording of a model has its operations by name, in the order of `forward`, layer by layer.
@Suite struct RecordingTests {
    private static let name = "phi3-base-f32"
    private static let layers = 2
    private static let tokens = 128

    /// The operations of a layer, and whether 128 tokens of a model that is 32 wide are enough to share them out.
    private static let layer: [(name: String, isShared: Bool)] = [
        ("rms_norm", false), ("attn_qkv F32 [96, 32]", true), ("rope", false), ("store_kv", false),
        ("attention", true), ("attn_output F32 [32, 32]", true), ("rms_norm", false),
        ("ffn_gate_up F32 [128, 32]", true), ("swiglu", true), ("ffn_down F32 [32, 64]", true),
    ]

    private func record(threads: Int, tokens: Int = tokens) throws -> Recording {
        let model = try #require(TinyModel.all.first { $0.name == Self.name })
        let backend = try model.load(precision: .native, threads: threads)
        let sequence = try backend.makeSequence()
        #expect(try sequence.reserve(totalTokens: tokens) == 0)
        let ids = (0..<tokens).map { $0 % 300 }
        let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
        try backend.recorder.start()
        try backend.forward([SequenceSlice(sequence: sequence, tokens: ids[...], logits: .last)], into: rows)
        return try #require(backend.recorder.stop())
    }

    @Test("a span for each operation, layer and thread that has a part in it", arguments: [1, 2, 3])
    func spans(threads: Int) throws {
        let recording = try record(threads: threads)
        let layers = (0..<Self.layers).flatMap { layer in Self.layer.map { ($0, layer as Int?) } }
        let expected =
            [(("embedding F32 [320, 32]", false), nil as Int?)] + layers
            + [(("rms_norm", false), nil), (("output F32 [320, 32]", true), nil)]
        try #require(recording.operations.map(\.work.name) == expected.map(\.0.0))
        #expect(recording.operations.map(\.layer) == expected.map(\.1))
        #expect(recording.operations.dropLast(2).allSatisfy { $0.work.tokens == Self.tokens })
        #expect(recording.passes.map(\.tokens) == [Self.tokens])
        #expect(recording.passes.map(\.operations) == [0..<expected.count])
        var spans = 0
        for (index, (operation, _)) in expected.enumerated() {
            let found = (0..<threads).filter { recording.span(operation: index, thread: $0) != nil }
            #expect(found == Array(0..<(operation.1 ? threads : 1)), "\(operation.0)")
            spans += found.count
        }
        #expect(spans == (6 * threads + 4) * Self.layers + 2 + threads)
        // On a thread one after another, all within the pass.
        let pass = try #require(recording.passes.first).time
        for thread in 0..<threads {
            let own = expected.indices.compactMap { recording.span(operation: $0, thread: thread) }
            #expect(zip(own, own.dropFirst()).allSatisfy { $0.end <= $1.start })
            #expect(own.allSatisfy { pass.start <= $0.start && $0.end <= pass.end })
        }
    }

    @Test("recording changes no logit")
    func logits() throws {
        let model = try #require(TinyModel.all.first { $0.name == Self.name })
        let backend = try model.load(precision: .native, threads: 2)
        let ids = (0..<40).map { $0 * 7 % 300 }
        let silent = try allLogits(backend, ids)
        try backend.recorder.start()
        let recorded = try allLogits(backend, ids)
        #expect(silent == recorded && backend.recorder.stop() != nil)
    }
}
