import Checkpoints
import Foundation
import TestSupport
import Testing
import Transformer
import UntrustedInput

/// Roles of tensors in both formats, and the GGUF side of configurations.
@Suite struct ConfigurationTestsTensors {
    private static let golden = Golden.repository.appendingPathComponent("Tests/Golden").path

    static let models: [String] = {
        let files = FileManager.default
        let folders = [
            "phi3-base-f32", "phi3-longrope-f16", "phi4mini-like-bf16", "phi3-gqa-window8-bf16", "llama-gqa-tied-bf16",
        ]
        let ggufs = ((try? files.contentsOfDirectory(atPath: "\(golden)/gguf")) ?? []).filter { $0.hasSuffix(".gguf") }
        var all = folders.map { "\(golden)/\($0)" } + ggufs.sorted().map { "\(golden)/gguf/\($0)" }
        for folder in ["models", "gguf"] {
            guard let path = Golden.path(folder) else { continue }
            let names = ((try? files.contentsOfDirectory(atPath: path)) ?? []).sorted()
            all += names.filter { folder == "models" || $0.hasSuffix(".gguf") }.map { "\(path)/\($0)" }
        }
        return all
    }()

    @Test("every tiny model has its tensors by role", arguments: models)
    func resolves(_ path: String) throws {
        let checkpoint = try Checkpoint.open(path)
        let configuration = try ModelConfiguration(checkpoint)
        let tensors = try ModelTensors.resolve(checkpoint, configuration)
        #expect(tensors.layers.count == configuration.layerCount)
        #expect((tensors.head == nil) == configuration.tiedEmbeddings)
        #expect(tensors.embedding.shape.extents == [configuration.vocabularySize, configuration.hiddenSize])
        let isFused = configuration.architecture == .phi3
        for layer in tensors.layers {
            #expect(layer.queryKeyValue.count == (isFused ? 1 : 3))
            #expect(layer.gateUp.count == (isFused ? 1 : 2))
            #expect(layer.gateUp.reduce(0) { $0 + $1.shape.rows } == 2 * configuration.intermediateSize)
        }
    }

    @Test("GGUF and Hugging Face tell the same of the same model", arguments: ["phi3-base-f32", "llama-gqa-tied-bf16"])
    func formatsAgree(_ name: String) throws {
        let folder = try ModelConfiguration(try Checkpoint.open("\(Self.golden)/\(name)"))
        let gguf = try ModelConfiguration(try Checkpoint.open("\(Self.golden)/gguf/\(name).q8_0.gguf"))
        #expect(gguf.architecture == folder.architecture)
        #expect(gguf.hiddenSize == folder.hiddenSize && gguf.intermediateSize == folder.intermediateSize)
        #expect(gguf.headCount == folder.headCount && gguf.keyValueHeadCount == folder.keyValueHeadCount)
        #expect(gguf.headSize == folder.headSize && gguf.rotaryDimensions == folder.rotaryDimensions)
        #expect(gguf.layerCount == folder.layerCount && gguf.vocabularySize == folder.vocabularySize)
        #expect(gguf.ropeTheta == folder.ropeTheta && gguf.rmsNormEpsilon == folder.rmsNormEpsilon)
        #expect(gguf.contextTokens == folder.contextTokens && gguf.tiedEmbeddings == folder.tiedEmbeddings)
        #expect(gguf.isQueryKeyInterleaved == (folder.architecture == .llama) && !folder.isQueryKeyInterleaved)
    }

    private static let smolLM2 = Golden.repository.appendingPathComponent("weights/SmolLM2-135M-Instruct.Q4_1.gguf")
        .path

    @Test(
        "the default model is what its card says",
        .enabled(if: FileManager.default.fileExists(atPath: smolLM2), "needs the default model: weights/fetch.sh"))
    func defaultModel() throws {
        let checkpoint = try Checkpoint.open(Self.smolLM2)
        let configuration = try ModelConfiguration(checkpoint)
        #expect(configuration.architecture == .llama && configuration.isQueryKeyInterleaved)
        #expect(configuration.layerCount == 30 && configuration.hiddenSize == 576)
        #expect(configuration.headCount == 9 && configuration.keyValueHeadCount == 3 && configuration.headSize == 64)
        #expect(configuration.vocabularySize == 49_152 && configuration.tiedEmbeddings)
        #expect(configuration.ropeTheta == 100_000)
        #expect(try ModelTensors.resolve(checkpoint, configuration).layers.count == 30)
    }

    @Test("tensors of another shape than the configuration's are refused by name")
    func wrongShapes() throws {
        for (key, value, tensor) in [
            ("vocab_size", 500, "model.embed_tokens.weight"), ("num_hidden_layers", 99, "model.layers."),
            ("intermediate_size", 96, "mlp.gate_up_proj.weight"),
        ] {
            let folder = try PatchedFolder(of: "\(Self.golden)/phi3-base-f32")
            try folder.patch("config.json") { $0[key] = value }
            let checkpoint = try Checkpoint.open(folder.path)
            let configuration = try ModelConfiguration(checkpoint)
            let error = #expect(throws: InputError.self) { try ModelTensors.resolve(checkpoint, configuration) }
            #expect(error?.field?.contains(tensor) == true, "\(String(describing: error))")
        }
    }
}
