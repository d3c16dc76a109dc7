import Checkpoints
import Compute
import Foundation
import Inference
import OpenVINOBridge
import TestSupport
import Testing
import Transformer

/// Prompts on OpenVINO's CPU device in an accelerator's place, answers natively.
@Suite(.enabled(if: RealLibrary.path != nil, RealLibrary.isMissing)) struct PrefillTests {
    private func folder(_ model: ExportedModel) -> String {
        Golden.repository.appendingPathComponent("Tests/Golden/\(model.rawValue)").path
    }

    private func native(_ model: ExportedModel) throws -> TransformerBackend {
        let checkpoint = try Checkpoint.open(folder(model))
        var options = TransformerBackend.Options()
        options.precision = .exact
        options.cacheType = .f32
        options.prefillChunkTokens = 16
        return try TransformerBackend(
            checkpoint: checkpoint, configuration: try ModelConfiguration(checkpoint), compute: try Compute(threads: 2),
            options: options)
    }

    private func backend(_ model: ExportedModel, exported: ExportedModel? = nil, device: String = "CPU") throws
        -> PrefillBackend
    {
        let checkpoint = try Checkpoint.open((exported ?? model).path)
        return try PrefillBackend(
            native: try native(model), checkpoint: checkpoint, configuration: try ModelConfiguration(checkpoint),
            options: OpenVINOOptions(
                library: RealLibrary.path, device: device,
                settings: RealLibrary.exact + [OpenVINOSetting("CACHE_DIR", "")]
                    + (device == "NPU" ? [OpenVINOSetting("NPUW_DEVICES", "CPU")] : [])))
    }

    /// The logits behind a prompt.
    private func last(_ backend: any InferenceBackend, _ ids: [Int]) throws -> [Float] {
        let sequence = try backend.makeSequence()
        let rows = LogitRows(vocabularySize: backend.properties.vocabularySize)
        _ = try sequence.reserve(totalTokens: ids.count)
        try backend.forward([SequenceSlice(sequence: sequence, tokens: ids[...], logits: .last)], into: rows)
        return Array(rows.row(0))
    }

    @Test("a prompt that crosses over has the native prompt's logits")
    func logits() throws {
        let ids = (0..<70).map { ($0 * 37 + 5) % 300 }
        let (mixed, alone) = (try backend(.grouped), try native(.grouped))
        #expect(mixed.properties.engine.hasSuffix("prompts openvino:CPU"))
        let (found, expected) = (try last(mixed, ids), try last(alone, ids))
        let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
        #expect(error > 0, "nothing went over the device")
        #expect(error <= 1e-3 * ((expected.max() ?? 0) - (expected.min() ?? 0)), "\(error)")
    }

    @Test("turns, cuts and single tokens: the same answers as natively, and no token runs twice")
    func turns() throws {
        var mixed = try GreedyWalk(try backend(.grouped), (0..<34).map { ($0 * 11 + 3) % 300 })
        var alone = try GreedyWalk(try native(.grouped), mixed.tokens)
        for turn in 0..<3 {
            for _ in 0..<6 {
                try mixed.step()
                try alone.step()
            }
            if turn == 1 {
                mixed.sequence.truncate(to: 20)
                alone.sequence.truncate(to: 20)
            }
            let more = (0..<(turn == 0 ? 3 : 36)).map { ($0 * 7 + turn) % 300 }
            mixed.append(more)
            alone.append(more)
        }
        try mixed.step()
        try alone.step()
        #expect(mixed.tokens == alone.tokens)
        #expect(mixed.computed == alone.computed)
    }

    @Test("LongRoPE past its boundary stays native")
    func longRoPE() throws {
        let ids = (0..<50).map { ($0 * 13 + 2) % 300 }
        #expect(try last(try backend(.longRoPE), ids) == last(try native(.longRoPE), ids))
    }

    @Test("another model's cache, and a device that hides its own, are refused")
    func refusals() throws {
        #expect {
            try backend(.grouped, exported: .longRoPE)
        } throws: { error in
            guard case .wrongInterface = error as? OpenVINOError else { return false }
            return true
        }
        #expect {
            try backend(.grouped, device: "NPU")
        } throws: { error in
            guard case .invalidSetting(_, "NPU", _) = error as? OpenVINOError else { return false }
            return true
        }
    }
}
