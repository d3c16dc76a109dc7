import Foundation
import Inference
import OpenVINOBridge
import TestSupport
import Testing
import UntrustedInput

/// OpenVINO itself, on its CPU device and on the NPU's plugin with the CPU in the NPU's place.
@Suite(.enabled(if: RealLibrary.path != nil, RealLibrary.isMissing)) struct RealDeviceTests {
    private func backend(
        _ model: ExportedModel, device: String = "CPU", settings: [OpenVINOSetting] = RealLibrary.exact
    ) throws -> OpenVINOBackend {
        try OpenVINOBackend(model.path, library: RealLibrary.path, device: device, settings: settings)
    }

    @Test("logits are the oracle's", arguments: ExportedModel.allCases)
    func logits(model: ExportedModel) throws {
        let backend = try backend(model)
        #expect(backend.selectsRows)
        let golden = try model.golden()
        var index = 0
        while let ids = golden.integers("seq\(index).input_ids"), let expected = golden.floats("seq\(index).logits") {
            let found = try backend.logits(ids)
            try #require(found.count == expected.count)
            let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
            let spread = (expected.max() ?? 0) - (expected.min() ?? 0)
            // The weights stand in the file as halves.
            #expect(error <= 1e-3 * spread, "seq\(index): \(error) of \(spread)")
            index += 1
        }
        #expect(index > 1)
    }

    @Test(
        "greedy answers are the oracle's, in chunks and across LongRoPE's crossing", arguments: ExportedModel.allCases)
    func greedy(model: ExportedModel) throws {
        let backend = try backend(model)
        let golden = try model.golden()
        for (index, chunk) in [(0, 1), (1, 5), (1, 100)] {
            let prompt = try #require(golden.integers("greedy\(index).prompt"))
            let tokens = try #require(golden.integers("greedy\(index).tokens"))
            var walk = try GreedyWalk(backend, prompt)
            for _ in tokens { try walk.step(chunk: chunk) }
            #expect(walk.tokens == prompt + tokens)
        }
    }

    @Test("sequences in turn do not see each other; one that was cut goes on as if it had not been")
    func sequences() throws {
        for device in ["CPU", "AUTO"] {
            let backend = try backend(.grouped, device: device, settings: device == "CPU" ? RealLibrary.exact : [])
            #expect(backend.properties.engine == "openvino:CPU")
            var alone = try GreedyWalk(backend, [1, 40, 50, 60])
            for _ in 0..<8 { try alone.step() }
            var first = try GreedyWalk(backend, [1, 40, 50, 60])
            var second = try GreedyWalk(backend, [1, 200, 3, 4, 5, 6, 7])
            for turn in 0..<8 {
                try first.step()
                try second.step()
                if turn == 4 { first.sequence.truncate(to: 2) }
            }
            #expect(first.tokens == alone.tokens, "\(device)")
        }
    }

    @Test("a row alone is the row of all")
    func rows() throws {
        let backend = try backend(.grouped)
        let ids = [1, 17, 33, 64, 5, 99]
        let all = try backend.logits(ids)
        let sequence = try backend.makeSequence()
        _ = try sequence.reserve(totalTokens: ids.count)
        let rows = LogitRows(vocabularySize: 320)
        try backend.forward([SequenceSlice(sequence: sequence, tokens: ids[...], logits: .last)], into: rows)
        let error = zip(rows.row(0), all.suffix(320)).map { abs($0 - $1) }.max() ?? 1
        #expect(rows.rowCount == 1 && error < 1e-4)
    }

    @Test("files that are spoilt are refused with their names")
    func spoilt() throws {
        func error(_ spoil: (URL) throws -> Void) throws -> InputError? {
            let folder = try ExportedModel.grouped.copy()
            try spoil(folder)
            do {
                _ = try OpenVINOBackend(folder.path, library: RealLibrary.path)
                return nil
            } catch let error as InputError {
                return error
            }
        }
        let short = try error { folder in
            let file = try FileHandle(forWritingTo: folder.appendingPathComponent("openvino_model.bin"))
            try file.truncate(atOffset: 50_000)
            try file.close()
        }
        guard case .truncated(let file, _, _, 50_000) = short else {
            Issue.record("\(String(describing: short))"); return
        }
        #expect(file.hasSuffix("openvino_model.bin"))
        let cut = try error { folder in
            let file = try FileHandle(forWritingTo: folder.appendingPathComponent("openvino_model.xml"))
            try file.truncate(atOffset: 60_000)
            try file.close()
        }
        guard case .malformed = cut else { Issue.record("\(String(describing: cut))"); return }
        let missing = try error {
            try FileManager.default.removeItem(at: $0.appendingPathComponent("openvino_model.bin"))
        }
        guard case .missingFile = missing else { Issue.record("\(String(describing: missing))"); return }
        // Well-formed, and no model: OpenVINO's own words, under the name of the user's file.
        let folder = try ExportedModel.grouped.copy()
        let path = folder.appendingPathComponent("openvino_model.xml")
        try String(contentsOf: path, encoding: .utf8).replacing("type=\"MatMul\"", with: "type=\"NoSuchThing\"")
            .write(to: path, atomically: true, encoding: .utf8)
        #expect {
            _ = try OpenVINOBackend(folder.path, library: RealLibrary.path)
        } throws: { error in
            guard case .unreadableModel(path.path, let detail) = error as? OpenVINOError else { return false }
            return detail.contains("NoSuchThing")
        }
        #expect(throws: OpenVINOError.self) {
            try OpenVINOBackend(
                Golden.repository.appendingPathComponent("Tests/Golden/phi3-base-f32").path, library: RealLibrary.path)
        }
    }

    @Test("what a device refuses comes with its words; devices that are not there are missed with reasons")
    func refused() throws {
        #expect {
            try backend(.grouped, settings: [OpenVINOSetting("NO_SUCH_PROPERTY", "1")])
        } throws: { error in
            guard case .compileFailed("CPU", _, let detail) = error as? OpenVINOError else { return false }
            return detail.contains("NO_SUCH_PROPERTY")
        }
        #expect(throws: OpenVINOError.self) { try backend(.grouped, device: "TOASTER") }
    }

    @Test("the NPU's way: fixed lengths, single tokens behind them, and limits that hold before they are reached")
    func npu() throws {
        let backend = try OpenVINOBackend(
            ExportedModel.grouped.path, library: RealLibrary.path, device: "NPU",
            settings: [OpenVINOSetting("NPUW_DEVICES", "CPU")], maxPrompt: 64, minResponse: 64)
        #expect(backend.properties.engine == "openvino:NPU on CPU" && backend.properties.prefillChunkTokens == 64)
        #expect(backend.properties.contextTokens == 127)
        #expect(backend.remarks.contains { $0.contains("64") && $0.contains("127") })
        let golden = try ExportedModel.grouped.golden()
        let prompt = try #require(golden.integers("greedy1.prompt"))
        let tokens = try #require(golden.integers("greedy1.tokens"))
        var walk = try GreedyWalk(backend, prompt)
        for _ in tokens { try walk.step() }
        #expect(walk.tokens == prompt + tokens && walk.computed == prompt.count + tokens.count - 1)
        // A turn's few tokens go one by one, and give what they give on the CPU.
        var turn = try GreedyWalk(backend, prompt)
        var onCPU = try GreedyWalk(try self.backend(.grouped), prompt)
        for _ in 0..<2 {
            for _ in 0..<3 {
                try turn.step()
                try onCPU.step()
            }
            turn.append([44, 55, 66])
            onCPU.append([44, 55, 66])
        }
        #expect(turn.tokens == onCPU.tokens && turn.computed == turn.tokens.count - 4)
        // At the limits, and one past them.
        let sequence = try backend.makeSequence()
        #expect(throws: InferenceError.promptExceeded(requested: 65, limit: 64)) {
            _ = try sequence.reserve(totalTokens: 65)
        }
        var full = try GreedyWalk(backend, (0..<64).map { 3 + $0 })
        for _ in 0..<64 { try full.step() }
        #expect(full.tokens.count == 128 && full.sequence.count == 127)
        #expect(throws: InferenceError.contextExceeded(requested: 128, limit: 127)) { try full.step() }
        // All rows of a text: one by one.
        #expect(try backend.logits(Array(prompt.prefix(5))).count == 5 * 320)
    }

    @Test("a compiled model is kept, and found again")
    func keeping() throws {
        let folder = try TemporaryFolder.make().path
        for turn in 0..<2 {
            let backend = try OpenVINOBackend(
                ExportedModel.grouped.path, library: RealLibrary.path,
                settings: [OpenVINOSetting("CACHE_DIR", folder)])
            #expect(backend.isFromCache == (turn == 1))
            #expect(try backend.logits([1, 2, 3]).count == 960)
        }
    }
}
