import Foundation
import Inference
import ONNXRuntimeBridge
import TestSupport
import Testing

/// ONNX Runtime itself, on its CPU provider, with models that its own builder made.
@Suite(.enabled(if: RealLibrary.path != nil, RealLibrary.isMissing)) struct RealProviderTests {
    private func backend(
        _ model: BuiltModel, settings: [ONNXRuntimeSetting] = []
    ) throws -> ONNXRuntimeBackend {
        try ONNXRuntimeBackend(model.path, library: RealLibrary.path, settings: settings)
    }

    @Test(
        "logits are the oracle's, in one pass and in pieces",
        arguments: [(BuiltModel.longRoPE, 5e-6), (.halves, 2e-3)], [1, 3, 100])
    func logits(model: (BuiltModel, Double), chunk: Int) throws {
        let backend = try backend(model.0)
        #expect(backend.sharesBuffer)
        let golden = try model.0.golden()
        var index = 0
        while let ids = golden.integers("seq\(index).input_ids"), let expected = golden.floats("seq\(index).logits") {
            let found = try backend.allLogits(ids, chunk: chunk)
            try #require(found.count == expected.count)
            let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
            let spread = (expected.max() ?? 0) - (expected.min() ?? 0)
            #expect(Double(error / spread) <= model.1, "seq\(index): \(error) of \(spread)")
            index += 1
        }
        #expect(index > 1)
    }

    @Test("greedy answers are the oracle's, across LongRoPE's crossing")
    func greedy() throws {
        let backend = try backend(.longRoPE)
        let golden = try BuiltModel.longRoPE.golden()
        for (index, chunk) in [(0, 1), (1, 5), (1, 100)] {
            let prompt = try #require(golden.integers("greedy\(index).prompt"))
            let tokens = try #require(golden.integers("greedy\(index).tokens"))
            var walk = try GreedyWalk(backend, prompt)
            for _ in tokens { try walk.step(chunk: chunk) }
            #expect(walk.tokens == prompt + tokens)
        }
    }

    @Test("a cache that is handed on gives what a shared one gives")
    func handedOn() throws {
        let folder = try BuiltModel.halves.copy()
        let path = folder.appendingPathComponent("genai_config.json")
        try String(contentsOf: path, encoding: .utf8)
            .replacing("\"past_present_share_buffer\": true", with: "\"past_present_share_buffer\": false")
            .write(to: path, atomically: true, encoding: .utf8)
        let other = try ONNXRuntimeBackend(folder.path, library: RealLibrary.path)
        #expect(!other.sharesBuffer)
        let ids = [1, 17, 33, 64, 5, 99, 7, 8]
        #expect(try other.allLogits(ids, chunk: 3) == backend(.halves).allLogits(ids, chunk: 3))
    }

    @Test("sequences in turn do not see each other; one that was cut goes on as if it had not been")
    func sequences() throws {
        let backend = try backend(.longRoPE)
        var alone = try GreedyWalk(backend, [1, 40, 50, 60])
        for _ in 0..<8 { try alone.step() }
        var first = try GreedyWalk(backend, [1, 40, 50, 60])
        var second = try GreedyWalk(backend, [1, 200, 3, 4, 5, 6, 7])
        for turn in 0..<8 {
            try first.step()
            try second.step()
            if turn == 4 { first.sequence.truncate(to: 2) }
        }
        #expect(first.tokens == alone.tokens && first.computed == 4 + 7 + 6)
    }

    @Test("a row alone is the row of all", arguments: BuiltModel.allCases)
    func rows(model: BuiltModel) throws {
        let backend = try backend(model)
        #expect(backend.selectsRows)
        let ids = [1, 17, 33, 64, 5, 99]
        let all = try backend.allLogits(ids)
        let sequence = try backend.makeSequence()
        _ = try sequence.reserve(totalTokens: ids.count)
        let rows = LogitRows(vocabularySize: 320)
        try backend.forward([SequenceSlice(sequence: sequence, tokens: ids[...], logits: .last)], into: rows)
        let error = zip(rows.row(0), all.suffix(320)).map { abs($0 - $1) }.max() ?? 1
        #expect(rows.rowCount == 1 && error < 2e-2)
    }

    @Test("a model that is none, and one of operations that nobody knows, are refused with the library's words")
    func spoilt() throws {
        let folder = try BuiltModel.longRoPE.copy()
        let path = folder.appendingPathComponent("model.onnx")
        var bytes = [UInt8](try Data(contentsOf: path))
        let name = Array("GroupQueryAttention".utf8)
        for start in 0..<bytes.count - name.count where Array(bytes[start..<start + name.count]) == name {
            bytes[start] = UInt8(ascii: "X")
        }
        try Data(bytes).write(to: path)
        #expect {
            _ = try ONNXRuntimeBackend(folder.path, library: RealLibrary.path)
        } throws: { error in
            switch error as? ONNXRuntimeError {
            case .unreadableModel(path.path, let detail), .sessionFailed("cpu", path.path, let detail):
                detail.contains("XroupQueryAttention") && !detail.contains(".cc:")
            default: false
            }
        }
    }

    @Test("settings reach the library; providers are those that it has")
    func settings() throws {
        _ = try backend(.halves, settings: [ONNXRuntimeSetting("session.intra_op.allow_spinning", "0")])
        // The CPU's provider is the one that others fall back to.
        let strict = ONNXRuntimeSetting("session.disable_cpu_ep_fallback", "1")
        #expect {
            _ = try backend(.halves, settings: [strict])
        } throws: { error in
            guard case .sessionFailed("cpu", _, let detail) = error as? ONNXRuntimeError else { return false }
            return detail.contains("fallback") && !detail.contains(".cc:")
        }
        #expect(try ONNXRuntime(library: RealLibrary.path).providers().map(\.name).contains("cpu"))
        #expect {
            _ = try ONNXRuntimeBackend(BuiltModel.halves.path, library: RealLibrary.path, provider: "toaster")
        } throws: { error in
            guard case .noSuchProvider("toaster", let available) = error as? ONNXRuntimeError else { return false }
            return available.contains("cpu")
        }
    }

    @Test(
        "a position that there are no angles for is refused before the library sees it",
        arguments: BuiltModel.allCases)
    func positions(model: BuiltModel) throws {
        let folder = try model.copy(contextTokens: 1_024)
        let backend = try ONNXRuntimeBackend(folder.path, library: RealLibrary.path, contextTokens: 1_024)
        let limit = try self.backend(model).properties.contextTokens
        #expect(backend.properties.contextTokens == limit && limit <= 128)
        #expect(backend.remarks.contains { $0.contains("\(limit) tokens") && $0.contains("1024") })
        let sequence = try backend.makeSequence()
        #expect(throws: InferenceError.contextExceeded(requested: limit + 1, limit: limit)) {
            try sequence.reserve(totalTokens: limit + 1)
        }
        #expect(try sequence.reserve(totalTokens: limit) == 0)
        let rows = LogitRows(vocabularySize: 320)
        let tokens = [Int](repeating: 7, count: limit + 1)
        #expect(throws: InferenceError.self) {
            try backend.forward([SequenceSlice(sequence: sequence, tokens: tokens[...], logits: .last)], into: rows)
        }
        try backend.forward([SequenceSlice(sequence: sequence, tokens: tokens[..<limit], logits: .last)], into: rows)
        #expect(sequence.count == limit)
    }

    @Test("an operation that fails in the middle: an error with its words, and the sequence is as it was")
    func failing() throws {
        // Twenty rows fewer of the embedding than there are tokens.
        let folder = try BuiltModel.halves.copy()
        let path = folder.appendingPathComponent("model.onnx")
        var model = try Data(contentsOf: path)
        let name = Data("\u{19}model.embed_tokens.weight".utf8)
        for (old, new) in [
            (Data([8, 0xC0, 2, 8, 32, 16, 10, 66]) + name, Data([8, 0xAC, 2, 8, 32, 16, 10, 66]) + name),
            (Data("20480".utf8), Data("19200".utf8)),
        ] {
            model.replaceSubrange(try #require(model.firstRange(of: old)), with: new)
        }
        try model.write(to: path)
        let backend = try ONNXRuntimeBackend(folder.path, library: RealLibrary.path)
        let sequence = try backend.makeSequence()
        _ = try sequence.reserve(totalTokens: 100)
        let rows = LogitRows(vocabularySize: 320)
        func run(_ tokens: [Int]) throws {
            try backend.forward([SequenceSlice(sequence: sequence, tokens: tokens[...], logits: .last)], into: rows)
        }
        try run([Int](repeating: 7, count: 50))
        #expect {
            try run([7, 310])
        } throws: { error in
            guard case .backendFailed("onnxruntime:cpu", let detail) = error as? InferenceError else { return false }
            return detail.contains("Gather") && detail.contains("310") && !detail.contains(".cc:")
        }
        #expect(sequence.count == 50)
        // Nothing is under way that could be broken off.
        sequence.interrupt()
        try run([7, 299])
        #expect(sequence.count == 52)
    }
}
