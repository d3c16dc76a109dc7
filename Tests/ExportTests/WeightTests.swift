import Checkpoints
import Export
import Foundation
import Tensors
import Testing
import Transformer

/// What stands in the file of constants, held against the rules of NNCF written out number by number.
@Suite final class WeightTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    private struct Stored: Equatable {
        var integers: [UInt8] = []
        var scales: [UInt8] = []
        var zeroPoints: [UInt8] = []
    }

    /// The rules as a scalar loop.
    private func stored(_ rows: [[Float]], bits: Int, group: Int, isSymmetric: Bool) -> Stored {
        var stored = Stored()
        var (integers, zeroPoints): ([Int], [Int]) = ([], [])
        let top = Float(1 << bits) - 1
        let half = Float(1 << (bits - 1))
        for row in rows {
            for start in stride(from: 0, to: row.count, by: group) {
                let w = Array(row[start..<start + group])
                let (smallest, largest) = (w.min() ?? 0, w.max() ?? 0)
                let (low, high) = (min(smallest, 0), max(largest, 0))
                var d =
                    isSymmetric
                    ? (abs(smallest) >= largest ? abs(smallest) : -largest) / half : (high - low) / top
                if abs(d) < 0x1p-23 { d = 0x1p-23 }
                let z = isSymmetric ? 0 : min(max(-(low / d).rounded(.toNearestOrEven), 0), top)
                if !isSymmetric { zeroPoints.append(Int(z)) }
                for x in w {
                    let q = (x / d + z).rounded(.toNearestOrEven)
                    integers.append(Int(isSymmetric ? min(max(q, -half), half - 1) : min(max(q, 0), top)))
                }
                let half = Float16(d).bitPattern
                stored.scales += [UInt8(truncatingIfNeeded: half), UInt8(truncatingIfNeeded: half >> 8)]
            }
        }
        stored.integers = packed(integers, bits)
        stored.zeroPoints = packed(zeroPoints, bits)
        return stored
    }

    private func packed(_ values: [Int], _ bits: Int) -> [UInt8] {
        let bytes = values.map { UInt8(truncatingIfNeeded: $0) }
        guard bits == 4 else { return bytes }
        return stride(from: 0, to: bytes.count, by: 2).map { index in
            bytes[index] & 15 | (index + 1 < bytes.count ? bytes[index + 1] << 4 : 0)
        }
    }

    private func stored(_ file: IRFile, _ name: String) throws -> Stored {
        Stored(
            integers: try #require(file.bytes("self.\(name)")), scales: file.bytes("self.\(name)/scale") ?? [],
            zeroPoints: file.bytes("self.\(name)/zero_point") ?? [])
    }

    private static let names = ["self_attn.qkv_proj", "self_attn.o_proj", "mlp.gate_up_proj", "mlp.down_proj"]
        .map { "model.layers.1.\($0).weight" }

    @Test(
        "four bits in groups, evenly around 0 or with zero points, in every matrix of a layer",
        arguments: [ExportOptions.Groups.columns(32), .rows], [true, false])
    func int4(groups: ExportOptions.Groups, isSymmetric: Bool) throws {
        let model = Workshop.golden("phi3-base-f32")
        try shop.export(model, .int4(groups, isSymmetric: isSymmetric))
        let file = try IRFile(folder: shop.path("a"))
        for name in Self.names {
            let tensor = try Checkpoint.open(model).require(name)
            let group = groups == .rows ? tensor.shape.columns : 32
            let expected = stored(
                try shop.rows(tensor), bits: 4, group: group, isSymmetric: isSymmetric)
            #expect(try stored(file, name) == expected, "\(name)")
        }
        let embedding = try Checkpoint.open(model).require("model.embed_tokens.weight")
        let expected = stored(try shop.rows(embedding), bits: 8, group: 32, isSymmetric: false)
        #expect(try stored(file, embedding.name) == expected)
    }

    @Test("eight bits by rows", arguments: [true, false])
    func int8(isSymmetric: Bool) throws {
        let model = Workshop.golden("phi3-gqa-window8-bf16")
        var options = ExportOptions(.int8)
        options.isSymmetric = isSymmetric
        try shop.export(model, options)
        let file = try IRFile(folder: shop.path("a"))
        for name in Self.names + ["model.embed_tokens.weight", "lm_head.weight"] {
            let tensor = try Checkpoint.open(model).require(name)
            let expected = stored(
                try shop.rows(tensor), bits: 8, group: tensor.shape.columns, isSymmetric: isSymmetric)
            #expect(try stored(file, name) == expected, "\(name)")
        }
    }

    @Test("fp16 is the nearest f16 number")
    func fp16() throws {
        let model = Workshop.golden("phi3-base-f32")
        try shop.export(model, ExportOptions(.fp16))
        let file = try IRFile(folder: shop.path("a"))
        for name in Self.names {
            let values = try shop.rows(try Checkpoint.open(model).require(name)).joined()
            let expected = values.flatMap { value in
                [UInt8(truncatingIfNeeded: Float16(value).bitPattern), UInt8(Float16(value).bitPattern >> 8)]
            }
            #expect(file.bytes("self.\(name)") == expected)
        }
    }

    @Test("with --all-layers the embedding and the head have four bits, too")
    func allLayers() throws {
        var options = ExportOptions.int4(.columns(32))
        options.quantizesAllLayers = true
        let report = try shop.export(Workshop.golden("phi3-base-f32"), options)
        #expect(report.matrices.allSatisfy { $0.format.hasPrefix("int4") })
        #expect(report.matrices.first?.name == "model.embed_tokens" && report.matrices.last?.name == "lm_head")
    }

    @Test(
        "a ratio gives eight bits to the matrices that lose most by four, and to no more than it must",
        arguments: [0, 0.3, 0.7])
    func ratio(ratio: Double) throws {
        let whole = try shop.export(Workshop.golden("phi3-base-f32"), .int4(.columns(32)), to: "whole")
        var options = ExportOptions.int4(.columns(32))
        options.ratio = ratio
        let report = try shop.export(Workshop.golden("phi3-base-f32"), options)
        let layers = report.matrices.filter { $0.name.contains("layers") }
        let narrow = layers.filter { $0.format.hasPrefix("int4") }
        let total = layers.reduce(0) { $0 + $1.elementCount }
        #expect(Double(narrow.reduce(0) { $0 + $1.elementCount }) <= ratio * Double(total))
        // What a weight of more bits saves: squares of errors add up.
        let losses = Dictionary(
            uniqueKeysWithValues: whole.matrices.map { matrix in
                (matrix.name, matrix.loss.relativeError * matrix.loss.relativeError / Double(matrix.elementCount))
            })
        let widened = layers.filter { $0.format.hasPrefix("int8") }.compactMap { losses[$0.name] }
        let kept = narrow.compactMap { losses[$0.name] }
        #expect((kept.max() ?? 0) <= (widened.min() ?? 1))
        // One fewer would have been too few.
        let smallest = layers.filter { $0.format.hasPrefix("int8") }.map(\.elementCount).max() ?? 0
        #expect(Double(narrow.reduce(smallest) { $0 + $1.elementCount }) > ratio * Double(total))
    }

    @Test("a GGUF of the same weights gives the same folder", arguments: GraphTests.models)
    func sameFromGGUF(model: String) throws {
        let gguf = try shop.gguf(of: Workshop.golden(model), .f32)
        for (source, name) in [(Workshop.golden(model), "a"), (gguf, "b")] {
            try shop.export(source, .int4(.fitting), to: name)
        }
        for file in ["openvino_model.bin", "openvino_model.xml"] {
            #expect(try shop.bytes("a/\(file)") == shop.bytes("b/\(file)"), "\(file)")
        }
    }

    @Test("no number of threads shows in the files")
    func threads() throws {
        for threads in [1, 3] {
            try shop.export(Workshop.golden("phi3-base-f32"), .int4(.fitting), to: "\(threads)", threads: threads)
        }
        #expect(try shop.bytes("1/openvino_model.bin") == shop.bytes("3/openvino_model.bin"))
    }
}
