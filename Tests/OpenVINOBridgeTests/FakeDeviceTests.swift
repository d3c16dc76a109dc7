import Foundation
import Generation
import Inference
import OpenVINOBridge
import Swiftlet
import TestSupport
import Testing
import UntrustedInput

/// What a device does wrong, with a library that does it on demand. The fake answers each token with the next one, and fails where
/// mask, positions and cache do not agree.
@Suite(.enabled(if: FakeLibrary.clang != nil, FakeLibrary.isMissing)) struct FakeDeviceTests {
    private let model = ExportedModel.longRoPE.path

    private func backend(_ macros: [String] = []) throws -> OpenVINOBackend {
        try OpenVINOBackend(model, library: try FakeLibrary.build(macros))
    }

    @Test("tokens run once, whatever the chunks; a sequence that is cut runs again")
    func running() throws {
        let backend = try backend()
        #expect(backend.properties.engine == "openvino:CPU")
        for chunk in [1, 2, 100] {
            var walk = try GreedyWalk(backend, [5, 6, 7])
            for _ in 0..<4 { try walk.step(chunk: chunk) }
            #expect(walk.tokens == [5, 6, 7, 8, 9, 10, 11] && walk.computed == 6)
            walk.sequence.truncate(to: 4)
            #expect(walk.sequence.count == 0)
            try walk.step(chunk: chunk)
            #expect(walk.tokens.last == 12 && walk.computed == 13)
        }
    }

    @Test("many sequences keep their own caches, in one call too; others' and doubles are refused")
    func sequences() throws {
        let backend = try backend()
        let (best, counts, refusals) = try backend.runTogether(besides: self.backend().makeSequence())
        #expect(best == [2, 3, 4, 0] && counts == [3, 2])
        #expect(refusals.count == 3 && refusals.last == .tokenOutOfRange(id: 320, vocabularySize: 320))
        #expect(throws: InferenceError.contextExceeded(requested: 65, limit: 64)) {
            _ = try backend.makeSequence().reserve(totalTokens: 65)
        }
    }

    @Test("LongRoPE: what will be past the boundary waits for it; the crossing begins anew")
    func crossing() throws {
        let backend = try backend()
        var walk = try GreedyWalk(backend, Array(1...20))
        try walk.step(chunk: 3)
        #expect(walk.tokens.last == 21 && walk.computed == 20)
        var short = try GreedyWalk(backend, Array(1...15))
        for _ in 0..<3 { try short.step(chunk: 4) }
        // 15, then the 16th, then all 17 once more.
        #expect(short.tokens == Array(1...18) && short.computed == 15 + 1 + 17)
        // All rows of a part cannot be had: their angles are not known yet.
        let sequence = try backend.makeSequence()
        _ = try sequence.reserve(totalTokens: 17)
        #expect(throws: InferenceError.self) {
            try backend.forward(
                [SequenceSlice(sequence: sequence, tokens: [1, 2], logits: .all)],
                into: LogitRows(vocabularySize: 320))
        }
    }

    @Test("a device that is lost in the middle of an answer: an error, and the next answer is right")
    func lost() throws {
        let backend = try backend(["FAILING_RUN=3"])
        var walk = try GreedyWalk(backend, [5, 6])
        try walk.step()
        try walk.step()
        #expect(throws: InferenceError.backendFailed(backend: "openvino:CPU", detail: "the device was lost")) {
            try walk.step()
        }
        #expect(walk.sequence.count == 0)
        try walk.step()
        #expect(walk.tokens == [5, 6, 7, 8, 9])
    }

    @Test("three turns of a chat: only what is new is computed")
    func chat() async throws {
        let folder = try ExportedModel.longRoPE.copy()
        let path = folder.appendingPathComponent("config.json")
        let text = try String(contentsOf: path, encoding: .utf8)
        // The fake has no angles; a longer context, without a boundary in the way.
        try text.replacing("\"max_position_embeddings\": 64", with: "\"max_position_embeddings\": 4096")
            .replacing("\"original_max_position_embeddings\": 16", with: "\"original_max_position_embeddings\": 4096")
            .write(to: path, atomically: true, encoding: .utf8)
        let options = OpenVINOOptions(
            library: try FakeLibrary.build(), settings: [OpenVINOSetting("CACHE_DIR", "")])
        let model = try await LanguageModel.load(folder.path, options: LoadOptions(backend: .openVINO(options)))
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
        let path = try FakeLibrary.build([#"VERSION="2024.6.0-17404-x""#])
        #expect(throws: OpenVINOError.unsupportedVersion(path: path, found: "2024.6.0", minimum: "2025.0")) {
            try OpenVINORuntime(library: path)
        }
        #expect(try backend([#"VERSION="2027.1.0-1-x""#]).remarks.contains { $0.contains("2027.1.0") })
    }

    @Test("compiler and requests that fail say so by device and file")
    func failures() throws {
        let file = "\(model)/openvino_model.xml"
        #expect(
            throws: OpenVINOError.compileFailed(
                device: "CPU", file: file, detail: "the compiler of the device gave up")
        ) { try backend(["FAILING_COMPILE=1"]) }
        #expect(
            throws: OpenVINOError.compileFailed(device: "CPU", file: file, detail: "no memory left on the device")
        ) { try backend(["FAILING_REQUEST=1"]) }
    }

    @Test("a missing input, and logits for another vocabulary, are named")
    func interface() throws {
        #expect {
            try backend([#"POSITIONS="positions""#])
        } throws: { error in
            guard case .wrongInterface(_, "position_ids", let found, _) = error as? OpenVINOError else { return false }
            return found.contains("input_ids, attention_mask, positions")
        }
        #expect {
            try backend(["COLUMNS=321"])
        } throws: { error in
            guard case .wrongInterface(_, "logits", let found, _) = error as? OpenVINOError else { return false }
            return found.contains("321")
        }
    }

    @Test("settings reach the compiler, as pairs and as variable arguments", arguments: [[], ["VARIADIC"]])
    func settings(macros: [String]) throws {
        let runtime = try OpenVINORuntime(library: try FakeLibrary.build(macros))
        let settings = (0..<16).map { OpenVINOSetting("K\($0)", "v \($0)") }
        let compiled = try runtime.compile(
            xml: "\(model)/openvino_model.xml", bin: "", file: "x", device: "CPU", settings: settings)
        #expect(compiled.property("SETTINGS") == settings.map { "\($0.name)=\($0.value);" }.joined())
        #expect(compiled.property("NONE") == nil)
    }

    @Test("devices are described; one that is not there is refused with what is missing for it")
    func devices() throws {
        let runtime = try OpenVINORuntime(library: try FakeLibrary.build([#"DEVICES="NPU""#]))
        let npu = try #require(runtime.devices().first)
        #expect(npu.name == "NPU" && npu.fullName == "A device of nobody" && npu.precisions == ["FP32", "INT8"])
        #expect(npu.memoryBytes == 1 << 30 && npu.driver == nil)
        #expect(runtime.missingDevices().map(\.name) == ["GPU"])
        #expect {
            try OpenVINOBackend(model, library: runtime.path, device: "GPU.1")
        } throws: { error in
            guard case .noSuchDevice("GPU.1", ["NPU"], let missing) = error as? OpenVINOError else { return false }
            return !missing.isEmpty
        }
    }
}
