import Checkpoints
import Export
import Foundation
import Quantization
import Tensors
import Testing
import Transformer

/// What stands in the data file, held against the rule of ONNX Runtime's quantiser written out number by number.
@Suite final class ONNXWeightTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    private struct Stored: Equatable {
        var integers: [Int] = []
        var scales: [Float] = []
    }

    /// The rule as a scalar loop.
    private func stored(_ rows: [[Float]], bits: Int, block: Int, isHalf: Bool = false) -> Stored {
        var stored = Stored()
        let middle = Float(1 << (bits - 1))
        for row in rows {
            let row = isHalf ? row.map { Float(Float16($0)) } : row
            for start in stride(from: 0, to: row.count, by: block) {
                let w = Array(row[start..<min(start + block, row.count)])
                let (low, high) = (w.min() ?? 0, w.max() ?? 0)
                var d = (abs(high) > abs(low) ? high : low) / -middle
                if isHalf { d = Float(Float16(d)) }
                stored.scales.append(d)
                let reciprocal = d == 0 ? 0 : 1 / d
                stored.integers += w.map { x in
                    Int(min(max((x * reciprocal + middle).rounded(.toNearestOrAwayFromZero), 0), 2 * middle - 1))
                }
                stored.integers += [Int](repeating: 0, count: block - w.count)
            }
        }
        return stored
    }

    private func stored(_ file: ONNXFile, _ name: String, bits: Int) throws -> Stored {
        Stored(
            integers: try #require(file.integers("\(name).MatMul.weight_Q\(bits)", bits: bits)),
            scales: try #require(file.floats("\(name).MatMul.weight_scales")))
    }

    private func rows(_ model: String, _ name: String) throws -> [[Float]] {
        try shop.rows(try Checkpoint.open(model).require("\(name).weight"))
    }

    @Test(
        "integers in blocks, the last one filled up, in every matrix of a layer and in the head",
        arguments: [4, 8], [16, 32, 128])
    func integers(bits: Int, block: Int) throws {
        let model = Workshop.golden("phi3-base-f32")
        try shop.exportONNX(model, .made(bits == 4 ? .int4 : .int8, blocks: block))
        let file = try ONNXFile(folder: shop.path("a"))
        for layer in 0..<2 {
            let (path, source) = ("model.layers.\(layer)", "model.layers.\(layer)")
            let gateUp = try rows(model, "\(source).mlp.gate_up_proj")
            let matrices = [
                ("attn.qkv_proj", try rows(model, "\(source).self_attn.qkv_proj")),
                ("attn.o_proj", try rows(model, "\(source).self_attn.o_proj")),
                ("mlp.gate_proj", Array(gateUp.prefix(gateUp.count / 2))),
                ("mlp.up_proj", Array(gateUp.suffix(gateUp.count / 2))),
                ("mlp.down_proj", try rows(model, "\(source).mlp.down_proj")),
            ]
            for (name, rows) in matrices {
                #expect(
                    try stored(file, "\(path).\(name)", bits: bits) == stored(rows, bits: bits, block: block), "\(name)"
                )
            }
        }
        #expect(
            try stored(file, "lm_head", bits: bits) == stored(try rows(model, "lm_head"), bits: bits, block: block))
        let embedding = Array(try rows(model, "model.embed_tokens").joined())
        #expect(file.floats("model.embed_tokens.weight") == embedding)
    }

    @Test("q, k and v that stand apart are one matrix for the CPU; DirectML gets those of one matrix apart, in f16")
    func queryKeyValue() throws {
        let llama = try shop.widerHeads(of: "llama-gqa-tied-bf16")
        try shop.exportONNX(llama, .made(.int4))
        let joined = try ["q", "k", "v"].flatMap { try rows(llama, "model.layers.1.self_attn.\($0)_proj") }
        let file = try ONNXFile(folder: shop.path("a"))
        #expect(try stored(file, "model.layers.1.attn.qkv_proj", bits: 4) == stored(joined, bits: 4, block: 32))
        // A tied head is the embedding, quantised.
        let embedding = try rows(llama, "model.embed_tokens")
        #expect(try stored(file, "lm_head", bits: 4) == stored(embedding, bits: 4, block: 32))

        let phi3 = Workshop.golden("phi3-gqa-window8-bf16")
        try shop.exportONNX(phi3, .made(.int4, for: .dml), to: "b")
        let apart = try ONNXFile(folder: shop.path("b"))
        var all = Stored()
        for name in ["q", "k", "v"] {
            let part = try stored(apart, "model.layers.0.attn.\(name)_proj", bits: 4)
            all.integers += part.integers
            all.scales += part.scales
        }
        let fused = try rows(phi3, "model.layers.0.self_attn.qkv_proj")
        #expect(all == stored(fused, bits: 4, block: 32, isHalf: true))
    }

    @Test("numbers are turned: a row of the file for each column", arguments: [ONNXOptions.Precision.fp32, .fp16])
    func dense(precision: ONNXOptions.Precision) throws {
        let model = Workshop.golden("phi3-base-f32")
        try shop.exportONNX(model, .made(precision))
        let file = try ONNXFile(folder: shop.path("a"))
        for (name, source) in [
            ("model.layers.1.mlp.down_proj", "model.layers.1.mlp.down_proj"), ("lm_head", "lm_head"),
        ] {
            let rows = try rows(model, source)
            let turned = rows[0].indices.flatMap { column in rows.map { $0[column] } }
            let expected = precision == .fp32 ? turned : turned.map { Float(Float16($0)) }
            #expect(file.floats("\(name).MatMul.weight") == expected)
            let dims = try #require(file.initializers["\(name).MatMul.weight"]?.dims)
            #expect(dims == [Int64(rows[0].count), Int64(rows.count)])
        }
    }

    // MARK: Quantised sources

    @Test(
        "blocks that MatMulNBits can hold keep their values",
        arguments: [
            (TypeMixture.q4_0, ONNXOptions.Precision.int4, 4), (.q8_0, .int8, 8), (.q5_0, .int8, 8), (.q4_0, .int8, 4),
        ])
    func kept(mixture: TypeMixture, precision: ONNXOptions.Precision, bits: Int) throws {
        for model in ["phi3-base-f32", "llama-gqa-tied-bf16"].map(Workshop.golden) {
            let gguf = try shop.gguf(of: model, mixture)
            let report = try shop.exportONNX(gguf, .made(precision))
            let file = try ONNXFile(folder: shop.path("a"))
            let down = try Checkpoint.open(gguf).require("blk.1.ffn_down.weight")
            try #require(!down.type.isDense)
            #expect(try values(file, "model.layers.1.mlp.down_proj") == Array(try shop.rows(down).joined()))
            let matrix = try #require(report.matrices.first { $0.name == "/model/layers.1/mlp/down_proj" })
            #expect(matrix.loss.squaredError == 0 && matrix.loss.squaredNorm > 0)
            #expect(matrix.format == "int\(bits) in blocks of 32, as the source has them")
            try FileManager.default.removeItem(atPath: shop.path("a"))
        }
    }

    @Test("a head of more bits than the layers keeps them: in eight where the target has those, else in f16")
    func wideHead() throws {
        let gguf = try shop.gguf(of: Workshop.golden("phi3-base-f32"), .q4_0)
        try #require(try Checkpoint.open(gguf).require("output.weight").type == .q8_0)
        let formats: [(ONNXOptions.Target, String)] = [
            (.cpu, "int8 in blocks of 32, as the source has them"),
            (.cuda, "int8 in blocks of 32, as the source has them"),
            (.dml, "fp16"),
        ]
        for (target, format) in formats {
            let report = try shop.exportONNX(gguf, .made(.int4, for: target), to: target.rawValue)
            #expect(report.matrices.last?.name == "/lm_head" && report.matrices.last?.format == format)
            #expect(report.matrices.dropLast().dropFirst().allSatisfy { $0.format.hasPrefix("int4") })
        }
    }

    @Test("blocks that it cannot hold are refused by name, until it is allowed; numbers lose nothing")
    func requantizing() throws {
        let cases: [(TypeMixture, ONNXOptions)] = [
            (.q4_1, .made(.int4)), (.q4_1, .made(.int8)), (.q8_0, .made(.int4)), (.q4_0, .made(.int4, blocks: 128)),
            (.q8_0, .made(.int8, blocks: 16)),
        ]
        for (index, (mixture, options)) in cases.enumerated() {
            let gguf = try shop.gguf(of: Workshop.golden("phi3-base-f32"), mixture)
            let error = #expect(throws: ExportError.self) { try shop.exportONNX(gguf, options, to: "\(index)") }
            guard case .alreadyQuantized(gguf, "blk.0.attn_qkv.weight", _, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            var allowed = options
            allowed.allowsRequantizing = true
            let report = try shop.exportONNX(gguf, allowed, to: "\(index)")
            #expect(report.matrices.allSatisfy { !$0.format.contains("source") || $0.name == "/lm_head" })
            #expect(report.loss.squaredError > 0)
            try shop.exportONNX(gguf, .made(.fp32), to: "\(index)-dense")
        }
    }

    /// What the integers of a matrix stand for.
    private func values(_ file: ONNXFile, _ name: String) throws -> [Float] {
        let node = try #require(
            file.graph.node.first { $0.input.count > 1 && $0.input[1].hasPrefix("\(name).MatMul.weight") })
        let bits = try #require(file.integer("bits", of: node))
        let block = try #require(file.integer("block_size", of: node))
        let stored = try stored(file, name, bits: bits)
        let columns = try #require(file.integer("K", of: node))
        let width = stored.scales.count / (file.integer("N", of: node) ?? 1) * block
        return stored.integers.indices.filter { $0 % width < columns }.map {
            Float(stored.integers[$0] - (1 << (bits - 1))) * stored.scales[$0 / block]
        }
    }

    @Test("a GGUF of the same weights gives the same graph and tensors", arguments: GraphTests.models)
    func sameFromGGUF(model: String) throws {
        let gguf = try shop.gguf(of: Workshop.golden(model), .f32)
        for (source, name) in [(Workshop.golden(model), "a"), (gguf, "b")] {
            try shop.exportONNX(source, .made(.int4), to: name)
        }
        for file in ["model.onnx", "model.onnx.data"] {
            #expect(try shop.bytes("a/\(file)") == shop.bytes("b/\(file)"), "\(file)")
        }
    }

    @Test("no number of threads shows in the files", arguments: [ONNXOptions.Precision.int4, .fp32])
    func threads(precision: ONNXOptions.Precision) throws {
        for threads in [1, 3] {
            try shop.exportONNX(
                Workshop.golden("phi3-base-f32"), .made(precision), to: "\(threads)", threads: threads)
        }
        #expect(try shop.bytes("1/model.onnx.data") == shop.bytes("3/model.onnx.data"))
    }
}
