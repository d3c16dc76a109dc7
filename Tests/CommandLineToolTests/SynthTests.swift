import Checkpoints
import CommandLineTool
import Compute
import Foundation
import Tensors
import TestSupport
import Testing
import Transformer

/// Checkpoints with random weights: the shape is the model's, the numbers are tame, and every engine reads the file.
@Suite final class SynthTests {
    private let folder: URL

    init() throws { folder = try ToolProcess.temporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// A part of everything: LongRoPE, grouped heads, a head of which only a part is rotated.
    private static let phi3: ModelShape = {
        var shape = ModelShape(
            "phi-3-tiny", .phi3, vocabulary: 600, hidden: 256, intermediate: 512, layers: 3, heads: 4,
            keyValueHeads: 2, rotary: 48, context: 256, original: 64)
        shape.slidingWindow = 100
        return shape
    }()

    private static let llama: ModelShape = {
        var shape = ModelShape(
            "llama-tiny", .llama, vocabulary: 600, hidden: 192, intermediate: 512, layers: 2, heads: 3,
            keyValueHeads: 1, rotary: 64, context: 128)
        shape.tiedEmbeddings = true
        shape.ropeTheta = 50_000
        return shape
    }()

    @discardableResult
    private func write(
        _ shape: ModelShape, _ type: SynthType, seed: UInt64 = 7, to name: String
    ) async throws -> Checkpoint {
        let checkpoint = SynthCheckpoint(shape, type, tokenizer: SynthTokenizer(size: shape.vocabularySize))
        try await checkpoint.write(to: path(name), seed: seed)
        return try Checkpoint.open(path(name))
    }

    @Test(
        "the known models have as many weights as their makers say",
        arguments: [
            (KnownModel.phi3Mini4k, 3_821_079_552), (.phi3Mini128k, 3_821_079_552 + 96),
            (.phi35Mini, 3_821_079_552 + 96), (.phi3Medium4k, 13_960_238_080), (.phi4Mini, 3_836_021_760 + 96),
            (.smolLM2, 134_515_008),
        ])
    func publishedSizes(model: KnownModel, weights: Int) {
        let shape = model.shape
        let checkpoint = SynthCheckpoint(shape, .q4_0, tokenizer: SynthTokenizer(size: shape.vocabularySize))
        #expect(checkpoint.weightCount == weights)
    }

    @Test("the configuration is the shape", arguments: [phi3, llama])
    func configuration(shape: ModelShape) async throws {
        let configuration = try ModelConfiguration(try await write(shape, .q4_0, to: "a.gguf"))
        #expect(configuration.architecture == shape.architecture)
        #expect(configuration.name.contains(shape.name))
        #expect(configuration.vocabularySize == shape.vocabularySize)
        #expect(configuration.hiddenSize == shape.hiddenSize)
        #expect(configuration.intermediateSize == shape.intermediateSize)
        #expect(configuration.layerCount == shape.layerCount)
        #expect(configuration.headCount == shape.headCount)
        #expect(configuration.keyValueHeadCount == shape.keyValueHeadCount)
        #expect(configuration.headSize == 64)
        #expect(configuration.rotaryDimensions == shape.rotaryDimensions)
        #expect(configuration.ropeTheta == Double(shape.ropeTheta))
        #expect(configuration.rmsNormEpsilon == 1e-5)
        #expect(configuration.contextTokens == shape.contextTokens)
        #expect(configuration.slidingWindow == shape.slidingWindow)
        #expect(configuration.tiedEmbeddings == shape.tiedEmbeddings)
        #expect(configuration.ropeScaling?.originalContextTokens == (shape.architecture == .phi3 ? 64 : nil))
        #expect(configuration.ropeScaling?.shortFactors.count == (shape.architecture == .phi3 ? 24 : nil))
        // √(1 + ln 4 / ln 64)
        let expected = Double(4.0 / 3).squareRoot()
        if let factor = configuration.ropeScaling?.attentionFactor { #expect(abs(factor - expected) < 1e-6) }
    }

    @Test("in every type the weights have mean 0 and the deviation 1/√columns", arguments: SynthType.allCases)
    func moments(type: SynthType) async throws {
        let checkpoint = try await write(Self.phi3, type, to: "a.gguf")
        let compute = try Compute(threads: 1)
        for tensor in checkpoint.tensors where tensor.shape.rank == 2 {
            let values = Self.values(tensor, compute).map(Double.init)
            let count = Double(values.count)
            let mean = values.reduce(0, +) / count
            let deviation = (values.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
            let expected = 1 / Double(tensor.shape.columns).squareRoot()
            #expect(abs(mean) < 0.03 * expected, "\(tensor.name) \(tensor.type) \(mean)")
            #expect(abs(deviation / expected - 1) < 0.05, "\(tensor.name) \(tensor.type) \(deviation)")
            #expect(values.allSatisfy { abs($0) < 6 * expected }, "\(tensor.name) \(tensor.type)")
        }
    }

    private static func values(_ tensor: Tensor, _ compute: Compute) -> [Float] {
        let rows = Activations(rows: tensor.shape.rows, columns: tensor.shape.columns)
        compute.gatherRows(of: tensor, ids: Array(0..<tensor.shape.rows), into: rows)
        return (0..<tensor.shape.rows).flatMap { rows.copyRow($0) }
    }

    @Test(
        "the types are those that llama.cpp's quantiser gives",
        arguments: [
            (SynthType.q4_0, ["Q4_0", "Q6_K", "Q4_0", "Q4_0"]), (.q8_0, ["Q8_0", "Q8_0", "Q8_0", "Q8_0"]),
            (.bf16, ["BF16", "BF16", "BF16", "BF16"]), (.q4_K, ["Q4_K", "Q6_K", "Q4_K", "Q4_K"]),
            (.q4_K_M, ["Q4_K", "Q6_K", "Q4_K", "Q6_K"]),
        ])
    func types(type: SynthType, expected: [String]) async throws {
        let checkpoint = try await write(Self.phi3, type, to: "a.gguf")
        // Of three layers, only the last is in the last eighth.
        let names = ["token_embd", "output", "blk.0.attn_qkv", "blk.2.attn_qkv"]
        #expect(try names.map { try checkpoint.require("\($0).weight").type.rawValue } == expected)
        #expect(try checkpoint.require("blk.0.attn_norm.weight").type == .f32)
    }

    @Test("rows that are no whole blocks of 256 have blocks of 32")
    func fallback() async throws {
        let checkpoint = try await write(Self.llama, .q4_K_M, to: "a.gguf")
        #expect(try checkpoint.require("token_embd.weight").type == .q8_0)
        #expect(try checkpoint.require("blk.0.attn_q.weight").type == .q5_0)
        #expect(try checkpoint.require("blk.0.ffn_down.weight").type == .q4_K)
    }

    @Test("the seed alone decides over the bytes, and fewer layers keep the weights of those that are left")
    func seeds() async throws {
        func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
        let whole = try await write(Self.phi3, .q4_0, seed: 1, to: "a")
        try await write(Self.phi3, .q4_0, seed: 1, to: "b")
        try await write(Self.phi3, .q4_0, seed: 2, to: "c")
        #expect(try bytes("a") == bytes("b"))
        #expect(try bytes("a") != bytes("c"))
        var short = Self.phi3
        short.layerCount = 1
        let cut = try await write(short, .q4_0, seed: 1, to: "d")
        for tensor in cut.tensors {
            let same = try whole.require(tensor.name)
            #expect(unsafe tensor.bytes.elementsEqual(same.bytes), "\(tensor.name)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 4)
    }

    @Test("logits are finite and about as large as those of real models", arguments: [phi3, llama])
    func logits(shape: ModelShape) async throws {
        for type in [SynthType.f16, .q4_0, .q4_K_M, .iq4_XS] {
            try await write(shape, type, to: "a.gguf")
            let ids = (0..<100).map { $0 * 5 }
            let result = try ToolProcess.run(
                ["logits", path("a.gguf"), "--ids", "-", "-o", path("a.safetensors")], input: "\(ids)")
            #expect(result.status == 0, "\(result.errors)")
            let logits = try #require(try SafetensorsFile(path: path("a.safetensors")).floats("seq0.logits"))
            let meanSquare = logits.reduce(0) { $0 + Double($1 * $1) } / Double(logits.count)
            #expect(logits.count == 600 * 100 && (0.5...2).contains(meanSquare.squareRoot()), "\(type) \(meanSquare)")
        }
    }
}
