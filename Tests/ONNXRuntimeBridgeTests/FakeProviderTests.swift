import Foundation
import Generation
import Inference
import ONNXRuntimeBridge
import Swiftlet
import TestSupport
import Testing

/// What a provider does wrong, with a library that does it on demand. The fake answers each token with the next one, and fails where
/// mask, positions and cache do not agree.
@Suite(.enabled(if: FakeLibrary.clang != nil, FakeLibrary.isMissing)) struct FakeProviderTests {
    static let webGPU = [#"PROVIDER="WebGpuExecutionProvider""#]

    private func backend(
        _ macros: [String] = [], _ folder: String? = nil, provider: String = "cpu",
        settings: [ONNXRuntimeSetting] = []
    ) throws -> ONNXRuntimeBackend {
        try ONNXRuntimeBackend(
            try folder ?? FakeFolder.make(), library: try FakeLibrary.build(macros), provider: provider,
            settings: settings)
    }

    @Test(
        "tokens run once, whatever the chunks, the cache's type and where it lies",
        arguments: [
            ([], "cpu"), (["POSITIONS=1"], "cpu"), (["TYPE=10"], "cpu"), (["TYPE=16"], "cpu"),
            (FakeProviderTests.webGPU, "webgpu"),
            (FakeProviderTests.webGPU + ["TYPE=10", "TAKES_CHANGES=0"], "webgpu"),
        ] as [([String], String)])
    func running(macros: [String], provider: String) throws {
        let backend = try backend(macros, provider: provider)
        #expect(backend.properties.engine == "onnxruntime:\(provider)")
        #expect(backend.sharesBuffer == (provider == "cpu"))
        #expect(backend.selectsRows == !macros.contains("TAKES_CHANGES=0"))
        for chunk in [1, 2, 100] {
            var walk = try GreedyWalk(backend, [5, 6, 7])
            for _ in 0..<4 { try walk.step(chunk: chunk) }
            #expect(walk.tokens == [5, 6, 7, 8, 9, 10, 11] && walk.computed == 6)
            walk.sequence.truncate(to: 4)
            // In memory of ours a cache is cut; in the provider's it begins anew.
            #expect(walk.sequence.count == (provider == "cpu" ? 4 : 0))
            try walk.step(chunk: chunk)
            #expect(walk.tokens.last == 12 && walk.computed == (provider == "cpu" ? 9 : 13))
        }
    }

    @Test("a cache that is not to be shared is handed on, on the CPU too")
    func handedOn() throws {
        let backend = try backend([], try FakeFolder.make(sharesBuffer: false))
        #expect(!backend.sharesBuffer)
        var walk = try GreedyWalk(backend, Array(1...300))
        for _ in 0..<3 { try walk.step(chunk: 70) }
        #expect(walk.tokens.suffix(3) == [301, 302, 303] && walk.computed == 302)
    }

    @Test("DirectML: a prompt in one run, what follows token by token, a cache in the device's memory that doubles")
    func byToken() throws {
        let backend = try backend(["BY_TOKEN=1"], try FakeFolder.make(contextTokens: 3_000), provider: "dml")
        #expect(backend.sharesBuffer && backend.properties.prefillChunkTokens == 3_000)
        var walk = try GreedyWalk(backend, [5, 6, 7])
        for _ in 0..<3 { try walk.step() }
        // A few tokens go on from the cache, many begin anew.
        walk.append([20, 21, 22])
        try walk.step()
        #expect(walk.tokens == [5, 6, 7, 8, 9, 10, 20, 21, 22, 23] && walk.computed == 9)
        walk.append((0..<30).map { 100 + $0 })
        try walk.step()
        #expect(walk.tokens.last == 130 && walk.computed == 9 + 40)
        walk.sequence.truncate(to: 20)
        #expect(walk.sequence.count == 20)
        // Rows of several tokens behind others.
        let sequence = try backend.makeSequence()
        _ = try sequence.reserve(totalTokens: 5)
        let rows = LogitRows(vocabularySize: 320)
        try backend.forward([SequenceSlice(sequence: sequence, tokens: [1, 2], logits: .none)], into: rows)
        try backend.forward([SequenceSlice(sequence: sequence, tokens: [3, 4, 5], logits: .all)], into: rows)
        #expect((0..<3).map { rows.row($0).firstIndex(of: 1)! - rows.row($0).startIndex } == [4, 5, 6])
        // At 1,024 tokens the cache is full: the sequence begins anew in one of twice the length.
        var long = try GreedyWalk(backend, (0..<1_020).map { $0 % 320 })
        for _ in 0..<8 { try long.step() }
        #expect(long.computed == 1_024 + 1_025 + 2 && long.tokens.count == 1_028)
    }

    @Test("a cache grows by pages and keeps what it holds, up to the context")
    func growing() throws {
        let backend = try backend([], try FakeFolder.make(contextTokens: 700))
        var walk = try GreedyWalk(backend, (0..<250).map { $0 % 320 })
        for _ in 0..<450 { try walk.step() }
        #expect(walk.computed == 699 && walk.tokens.count == 700)
        try walk.step()
        #expect(throws: InferenceError.contextExceeded(requested: 701, limit: 700)) { try walk.step() }
    }

    @Test("many sequences keep their own caches, in one call too; others' and doubles are refused")
    func sequences() throws {
        let backend = try backend()
        let (best, counts, refusals) = try backend.runTogether(besides: self.backend().makeSequence())
        #expect(best == [2, 3, 4, 0] && counts == [3, 2])
        #expect(refusals.count == 3 && refusals.last == .tokenOutOfRange(id: 320, vocabularySize: 320))
    }

    @Test("LongRoPE: the crossing begins anew, in both directions")
    func crossing() throws {
        let backend = try backend([], try FakeFolder.make(boundary: 16))
        var walk = try GreedyWalk(backend, Array(1...20))
        try walk.step(chunk: 3)
        #expect(walk.tokens.last == 21 && walk.computed == 20)
        var short = try GreedyWalk(backend, Array(1...15))
        for _ in 0..<3 { try short.step(chunk: 4) }
        // 15, then the 16th, then all 17 once more.
        #expect(short.tokens == Array(1...18) && short.computed == 15 + 1 + 17)
        #expect(try short.sequence.reserve(totalTokens: 18) == 17)
        short.sequence.truncate(to: 10)
        #expect(short.sequence.count == 10)
        #expect(try short.sequence.reserve(totalTokens: 12) == 0)
        // Factors that go by positions: the mask cannot tell them that a sequence will be long, so it runs in one pass.
        let byPosition = try FakeFolder.make()
        try #"{"rope_scaling": {"long_factor": [1.0]}, "original_max_position_embeddings": 16}"#
            .write(toFile: byPosition + "/config.json", atomically: true, encoding: .utf8)
        let inOne = try self.backend([], byPosition)
        #expect(inOne.sharesBuffer && inOne.properties.prefillChunkTokens == 4_096)
        var parts = try GreedyWalk(inOne, Array(1...20))
        #expect(throws: InferenceError.self) { try parts.step(chunk: 3) }
        // Where the mask says no more than how many tokens there are, they go past the boundary together.
        let whole = try self.backend([], try FakeFolder.make(sharesBuffer: false, boundary: 16))
        var together = try GreedyWalk(whole, Array(1...20))
        for _ in 0..<3 { try together.step() }
        #expect(together.tokens.suffix(3) == [21, 22, 23] && together.computed == 22)
        var cut = try GreedyWalk(whole, Array(1...20))
        #expect(throws: InferenceError.self) { try cut.step(chunk: 3) }
    }

    @Test("a device that is lost in the middle of an answer: an error, and the next answer is right")
    func lost() throws {
        for (provider, macros) in [("cpu", []), ("webgpu", Self.webGPU)] {
            let backend = try backend(["FAILING_RUN=3"] + macros, provider: provider)
            var walk = try GreedyWalk(backend, [5, 6])
            try walk.step()
            try walk.step()
            #expect(
                throws: InferenceError.backendFailed(
                    backend: "onnxruntime:\(provider)", detail: "the device was lost")
            ) { try walk.step() }
            #expect(walk.sequence.count == 3)
            try walk.step()
            #expect(walk.tokens == [5, 6, 7, 8, 9])
        }
    }

    @Test("a run that would not end is broken off when its reader goes away", .timeLimit(.minutes(1)))
    func cancelling() async throws {
        let options = ONNXRuntimeOptions(library: try FakeLibrary.build(["ENDLESS=1"]))
        let model = try await LanguageModel.load(
            try FakeFolder.make(), options: LoadOptions(backend: .onnxRuntime(options)))
        let task = Task { try await model.complete([5, 6, 7]).completion() }
        // Before the run has begun there is nothing to break off: the task asks again until it ends.
        let stopper = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(50))
                task.cancel()
            }
        }
        let completion = try await task.value
        stopper.cancel()
        #expect(completion.finishReason == .cancelled && completion.tokens.isEmpty)
    }

    @Test("three turns of a chat: only what is new is computed")
    func chat() async throws {
        let options = ONNXRuntimeOptions(library: try FakeLibrary.build())
        let model = try await LanguageModel.load(
            try FakeFolder.make(), options: LoadOptions(backend: .onnxRuntime(options)))
        #expect(model.endTokens.isSuperset(of: [304, 305]) && model.configuration == nil)
        let chat = try ChatSession(model: model, options: GenerationOptions(maxTokens: 6, ignoresEnd: true))
        var known = 0
        for turn in 0..<3 {
            let completion = try await chat.streamEvents(to: "turn \(turn)").completion()
            // The last token of an answer was drawn and not computed.
            #expect(completion.usage.cachedTokens == max(0, known - 1), "turn \(turn)")
            known = completion.usage.promptTokens + completion.usage.generatedTokens
        }
    }

    @Test("versions: too old is refused before anything is called, unknown is told")
    func versions() throws {
        let path = try FakeLibrary.build([#"VERSION="1.22.1""#])
        #expect(throws: ONNXRuntimeError.unsupportedVersion(path: path, found: "1.22.1", minimum: "1.23")) {
            try ONNXRuntime(library: path)
        }
        #expect(try backend([#"VERSION="1.99.0""#]).remarks.contains { $0.contains("1.99.0") })
        #expect(try backend([#"VERSION="1.28.0""#]).remarks.isEmpty)
    }

    @Test(
        "what a provider leaves to the CPU is told in one line, or that it is not told",
        arguments: [
            ("LEFT_TO_CPU=0", "webgpu computes all 3 operations", [:]),
            (
                "LEFT_TO_CPU=1", "webgpu computes 2 of 3 operations, the CPU's provider 1: GroupQueryAttention",
                ["GroupQueryAttention": 1]
            ),
            (
                "LEFT_TO_CPU=3",
                "webgpu computes 0 of 3 operations, the CPU's provider 3: MatMul × 2, GroupQueryAttention",
                ["GroupQueryAttention": 1, "MatMul": 2]
            ),
        ] as [(String, String, [String: Int])])
    func assignment(macro: String, line: String, onCPU: [String: Int]) throws {
        let backend = try backend(Self.webGPU + [macro], provider: "webgpu")
        #expect(backend.remarks == [line])
        let assignment = try #require(backend.assignment)
        #expect(assignment.counts["CPUExecutionProvider"] ?? [:] == onCPU && assignment.operationCount == 3)
        #expect(try self.backend(Self.webGPU + [macro]).assignment == nil)
        // A library that is too old is not asked; one that was told not to record is believed.
        let old = try self.backend(Self.webGPU + [macro, #"VERSION="1.23.2""#], provider: "webgpu")
        #expect(old.assignment == nil && old.remarks.count == 1 && old.remarks[0].contains("from 1.24 on"))
        let quiet = try self.backend(
            Self.webGPU + [macro], provider: "webgpu",
            settings: [ONNXRuntimeSetting("session.record_ep_graph_assignment_info", "0")])
        #expect(quiet.assignment == nil && quiet.remarks.count == 1)
    }

    @Test("sessions, providers and bindings that fail say so by provider and file")
    func failures() throws {
        let folder = try FakeFolder.make()
        let file = "\(folder)/model.onnx"
        #expect(throws: ONNXRuntimeError.unreadableModel(file: file, detail: "the model was refused")) {
            try backend(["FAILING_SESSION=7"], folder)
        }
        #expect(
            throws: ONNXRuntimeError.sessionFailed(provider: "cpu", file: file, detail: "the model was refused")
        ) { try backend(["FAILING_SESSION=6"], folder) }
        #expect(
            throws: ONNXRuntimeError.sessionFailed(provider: "dml", file: file, detail: "no adapter was found")
        ) { try backend(["FAILING_PROVIDER=1"], folder, provider: "dml") }
        // The reason stands in the log alone.
        #expect(
            throws: ONNXRuntimeError.sessionFailed(
                provider: "dml", file: file, detail: "no adapter was found: the driver is too old")
        ) {
            let logged = #"LOGGED="/src/x.cc:1 void a::f(int) the driver is too old""#
            _ = try backend(["FAILING_PROVIDER=1", logged], folder, provider: "dml")
        }
        #expect(
            throws: ONNXRuntimeError.sessionFailed(provider: "cpu", file: file, detail: "no memory left on the device")
        ) { try backend(["FAILING_BINDING=1"], folder) }
        for (provider, setting) in [("dml", "no_such"), ("cpu", "no.such")] {
            #expect(throws: ONNXRuntimeError.self) {
                try backend([], folder, provider: provider, settings: [ONNXRuntimeSetting(setting, "1")])
            }
        }
        _ = try backend([], folder, provider: "dml", settings: [ONNXRuntimeSetting("device_id", "1")])
        #expect(throws: ONNXRuntimeError.noSuchProvider(name: "cuda", available: ["dml", "cpu"])) {
            try backend([], folder, provider: "cuda")
        }
    }

    @Test(
        "inputs and outputs that are missing, of another shape or one too many are named",
        arguments: [
            (#"MASK="mask""#, "attention_mask", "input_ids, mask"),
            (#"LOGITS="scores""#, "logits", "scores, present.0.key"),
            ("COLUMNS=321", "logits", "321"), ("HEADS=3", "past_key_values.0.key", "3"),
            ("TYPE=7", "past_key_values.0.key", "i64"),
            ("EXTRA=1", "beam_idx", "nothing is known"),
        ])
    func interface(macro: String, name: String, words: String) throws {
        #expect {
            try backend([macro])
        } throws: { error in
            guard case .wrongInterface(_, name, let found, _) = error as? ONNXRuntimeError else { return false }
            return found.contains(words)
        }
    }
}
