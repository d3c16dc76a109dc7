import Checkpoints
import Foundation
import TestSupport
import Testing
import Transformer
import UntrustedInput

/// The malformed files of the golden data: each gives its outcome, by file and field, in no time.
@Suite(.enabled(if: Golden.path("fuzz/manifest.json") != nil, "needs the golden data: fuzz/"))
struct ConfigurationTestsFuzz {
    struct Case: Sendable, CustomTestStringConvertible, Decodable {
        let file: String
        let description: String
        let outcome: String
        var testDescription: String { file }
        var kind: String { String(file.prefix { $0 != "/" }) }
    }

    private struct Manifest: Decodable { let cases: [Case] }

    static let cases: [Case] = {
        guard let path = Golden.path("fuzz/manifest.json"),
            let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
            let manifest = try? JSONDecoder().decode(Manifest.self, from: data)
        else { return [] }
        return manifest.cases.filter {
            ["config", "index", "gguf", "safetensors"].contains($0.kind) && Golden.path("fuzz/\($0.file)") != nil
        }
    }()

    /// These are for the tokenizer to refuse: the model's numbers are sound.
    private static let tokenizerCases = ["gguf/kv-tok-scores-0.gguf", "gguf/kv-tok-tokens-0.gguf"]

    @Test("there are cases") func thereAreCases() { #expect(Self.cases.count > 100) }

    @Test("each malformed file gives its outcome", arguments: cases)
    func outcome(_ fuzz: Case) throws {
        let path = try #require(Golden.path("fuzz/\(fuzz.file)"))
        let clock = ContinuousClock()
        var refusal: InputError?
        let time = try clock.measure {
            do { try load(fuzz, path) } catch let error as InputError { refusal = error }
        }
        #expect(time < .seconds(2))
        switch fuzz.outcome {
        case "ok": #expect(refusal == nil)
        case "error": #expect(refusal != nil, "\(fuzz.description)")
        case "error-preferred":
            #expect(refusal != nil || Self.tokenizerCases.contains(fuzz.file), "\(fuzz.description)")
        default: break
        }
        if let refusal {
            #expect(!refusal.file.isEmpty)
            #expect(refusal.field?.isEmpty == false, "\(refusal)")
        }
    }

    /// Opens the case as the engine would, down to the tensors by role.
    private func load(_ fuzz: Case, _ path: String) throws {
        switch fuzz.kind {
        case "gguf": try resolve(path)
        case "safetensors": _ = try Checkpoint.open(path)
        case "config": try resolve(patching: "config.json", of: "models/phi3-base-f32", with: path)
        default: try resolve(patching: "model.safetensors.index.json", of: "models/phi3-base-bf16-sharded", with: path)
        }
    }

    private func resolve(_ path: String) throws {
        let checkpoint = try Checkpoint.open(path)
        _ = try ModelTensors.resolve(checkpoint, try ModelConfiguration(checkpoint))
    }

    private func resolve(patching name: String, of model: String, with path: String) throws {
        let folder = try PatchedFolder(of: try #require(Golden.path(model)))
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        // The bomb is JSON that Foundation may not survive; only the patches are known to be small objects.
        if data.count < 10_000, let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let patch = json["__patch__"] as? [String: Any]
        {
            try folder.patch(name) { $0.merge(patch) { _, new in new } }
        } else {
            try folder.write(data, to: name)
        }
        try resolve(folder.path)
    }
}
