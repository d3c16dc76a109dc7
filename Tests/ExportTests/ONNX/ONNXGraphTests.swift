import Export
import Foundation
import ONNXFormat
import Testing

/// The graph that stands in `model.onnx`: whole, connected, and with the operators that each target has.
@Suite final class ONNXGraphTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    private func file(_ model: String, _ options: ONNXOptions) throws -> ONNXFile {
        try shop.exportONNX(Workshop.golden(model), options)
        return try ONNXFile(folder: shop.path("a"))
    }

    @Test("every input is there before it is asked for, and nothing is made for nobody", arguments: GraphTests.models)
    func connections(model: String) throws {
        for (index, options) in ONNXOptions.all.enumerated() {
            try shop.exportONNX(Workshop.golden(model), options, to: "\(index)")
            let graph = try ONNXFile(folder: shop.path("\(index)")).graph
            var known = Set(graph.input.map(\.name) + graph.initializer.map(\.name))
            #expect(known.count == graph.input.count + graph.initializer.count, "a name used twice")
            var used = Set(graph.output.map(\.name))
            for node in graph.node {
                for input in node.input where !input.isEmpty {
                    #expect(known.contains(input), "\(node.name) asks for \(input)")
                    used.insert(input)
                }
                for output in node.output where !output.isEmpty {
                    #expect(known.insert(output).inserted, "\(output) is made twice")
                }
            }
            #expect(known == used, "\(known.symmetricDifference(used))")
            #expect(Set(graph.node.map(\.name)).count == graph.node.count)
            for value in graph.valueInfo { #expect(known.contains(value.name), "\(value.name)") }
        }
    }

    @Test(
        "tensors lie in the file, aligned, as large as their shape says, and no two overlap",
        arguments: GraphTests.models)
    func tensors(model: String) throws {
        for (index, options) in ONNXOptions.all.enumerated() {
            try shop.exportONNX(Workshop.golden(model), options, to: "\(index)")
            let file = try ONNXFile(folder: shop.path("\(index)"))
            let sizes: [ONNXTensorProto.DataType: Int] = [.float: 4, .float16: 2, .uint8: 1]
            var ranges: [Range<Int>] = []
            for tensor in file.graph.initializer {
                let range = try #require(file.range(tensor), "\(tensor.name)")
                let size = try #require(ONNXTensorProto.DataType(rawValue: Int(tensor.dataType)).flatMap { sizes[$0] })
                #expect(range.count == tensor.dims.reduce(size) { $0 * Int($1) }, "\(tensor.name)")
                #expect(range.lowerBound % 64 == 0 && tensor.dataLocation == .external && !tensor.hasRawData)
                ranges.append(range)
            }
            for (range, next) in zip(ranges, ranges.dropFirst()) { #expect(range.upperBound <= next.lowerBound) }
            #expect(ranges.last?.upperBound == file.data.count)
        }
    }

    /// Two layers: five products and a norm less than twice two each, one attention.
    @Test(
        "operators are those of the target",
        arguments: [
            (ONNXOptions.Target.cpu, ONNXOptions.Precision.int4, ["MatMulNBits": 11, "Cast": 2]),
            (.cpu, .fp32, ["MatMul": 11, "Cast": 2]),
            (.cuda, .int8, ["MatMulNBits": 11]),
            (.webgpu, .int4, ["MatMulNBits": 11]),
            (.dml, .int4, ["MatMulNBits": 15, "RotaryEmbedding": 4]),
            (.dml, .fp16, ["MatMul": 15, "RotaryEmbedding": 4]),
        ])
    func operators(target: ONNXOptions.Target, precision: ONNXOptions.Precision, counts: [String: Int]) throws {
        let file = try file("phi3-base-f32", .made(precision, for: target))
        let common = [
            "GroupQueryAttention": 2, "SimplifiedLayerNormalization": 1, "SkipSimplifiedLayerNormalization": 4,
            "Sigmoid": 2, "Mul": 4, "If": 0,
        ]
        for (operation, count) in common.merging(counts, uniquingKeysWith: { $1 }) {
            #expect(file.count(operation) == count, "\(operation)")
        }
        let inputs =
            ["attention_mask", "input_ids"]
            + (0..<2).flatMap { ["past_key_values.\($0).key", "past_key_values.\($0).value"] }
            + (target == .dml ? ["position_ids"] : [])
        #expect(file.graph.input.map(\.name).sorted() == inputs)
        #expect(
            file.graph.output.map(\.name).sorted()
                == ["logits"] + (0..<2).flatMap { ["present.\($0).key", "present.\($0).value"] })
        let type: ONNXTensorProto.DataType = target == .cpu ? .float : .float16
        #expect(file.graph.output.allSatisfy { $0.type.tensorType.elemType == Int32(type.rawValue) })
        let attention = try #require(file.graph.node.first { $0.opType == "GroupQueryAttention" })
        #expect(file.integer("do_rotary", of: attention) == (target == .dml ? 0 : 1))
        #expect(attention.input[1].isEmpty == (target != .dml))
    }

    @Test("accuracy levels: the provider's own, or what was asked for")
    func accuracyLevels() throws {
        let cases: [(ONNXOptions, Int?)] = [
            (.made(.int4), 4), (.made(.int4, level: 1), 1), (.made(.int4, level: 0), nil),
            (.made(.int4, for: .dml), nil), (.made(.int4, for: .cuda), nil), (.made(.int4, for: .webgpu), 4),
            (.made(.int8), 4),
        ]
        for (index, (options, level)) in cases.enumerated() {
            try shop.exportONNX(Workshop.golden("phi3-base-f32"), options, to: "\(index)")
            let file = try ONNXFile(folder: shop.path("\(index)"))
            let products = file.graph.node.filter { $0.opType == "MatMulNBits" }
            #expect(products.count >= 11)
            for node in products { #expect(file.integer("accuracy_level", of: node) == level) }
        }
    }

    @Test("LongRoPE chooses between two tables by If, or moves positions where there is no If")
    func longRoPE() throws {
        let chosen = try file("phi3-longrope-f16", .made(.int4))
        let choice = try #require(chosen.graph.node.first { $0.opType == "If" })
        let branches = try ["then_branch", "else_branch"].map { name in
            try #require(choice.attribute.first { $0.name == name }).g
        }
        // The context and the one of the first training; eight pairs of a head of 16.
        let shapes = branches.map { branch in branch.node.map { $0.attribute.first?.t.dims ?? [] } }
        #expect(shapes == [[[64, 8], [64, 8]], [[16, 8], [16, 8]]])
        #expect(branches.map { $0.output.count } == [2, 2])

        try shop.exportONNX(Workshop.golden("phi3-longrope-f16"), .made(.int4, for: .dml), to: "b")
        let moved = try ONNXFile(folder: shop.path("b"))
        #expect(moved.count("If") == 0 && moved.count("ReduceMax") == 1 && moved.count("GreaterOrEqual") == 1)
        #expect(moved.initializers["cos_cache"]?.dims == [80, 8])
        let rotary = try #require(moved.graph.node.first { $0.opType == "RotaryEmbedding" })
        #expect(rotary.input[1] == "/model/pos_ids_reformat/Add_1/output_0")
    }

    @Test("tables hold cosine and sine of position times frequency")
    func tables() throws {
        let file = try file("phi3-base-f32", .made(.int4))
        let cosines = try #require(file.floats("cos_cache"))
        let sines = try #require(file.floats("sin_cache"))
        #expect(cosines.count == 128 * 8 && sines.count == 128 * 8)
        for (index, (cosine, sine)) in zip(cosines, sines).enumerated() {
            let angle = Double(index / 8) * pow(10_000, -Double(index % 8) / 8)
            // Angles are f32 numbers.
            let bound = Float(angle) * 0x1p-23 + 1e-6
            #expect(abs(cosine - Float(cos(angle))) <= bound && abs(sine - Float(sin(angle))) <= bound)
        }
    }

    @Test("heads that are no multiple of 16 are rotated before the attention, for every target; so is a part of them")
    func smallHeads() throws {
        // Three quarters of heads of 8; two tables of three pairs behind one another.
        for target in ONNXOptions.Target.allCases {
            try shop.exportONNX(Workshop.golden("phi4mini-like-bf16"), .made(.int4, for: target), to: target.rawValue)
            let file = try ONNXFile(folder: shop.path(target.rawValue))
            #expect(file.initializers["cos_cache"]?.dims == [84, 3] && file.count("If") == 0)
            let rotary = file.graph.node.filter { $0.opType == "RotaryEmbedding" }
            #expect(rotary.count == 4 && file.graph.input.contains { $0.name == "position_ids" })
            #expect(rotary.compactMap { file.integer("rotary_embedding_dim", of: $0) } == [6, 6, 6, 6])
            #expect(rotary.compactMap { file.integer("num_heads", of: $0) } == [6, 2, 6, 2])
        }
    }

    @Test(
        "a tied head is the embedding: gathered in four bits, turned where it is dense, beside it in eight bits",
        arguments: [
            (
                ONNXOptions.Precision.int4,
                ["GatherBlockQuantized": 1, "Reshape": 1, "Slice": 0, "Transpose": 0, "Gather": 1]
            ),
            (.fp32, ["GatherBlockQuantized": 0, "Transpose": 1, "Gather": 2]),
            (.int8, ["GatherBlockQuantized": 0, "Transpose": 0, "Gather": 2]),
        ])
    func tiedHead(precision: ONNXOptions.Precision, counts: [String: Int]) throws {
        let file = try file("llama-gqa-tied-bf16", .made(precision))
        for (operation, count) in counts { #expect(file.count(operation) == count, "\(operation)") }
        #expect((file.initializers["model.embed_tokens.weight"] != nil) == (precision == .int8))
        // Rows of 32 fill a quarter of such blocks.
        try shop.exportONNX(Workshop.golden("llama-gqa-tied-bf16"), .made(precision, blocks: 128), to: "b")
        let filled = try ONNXFile(folder: shop.path("b"))
        #expect(filled.count("Slice") == (precision == .int4 ? 1 : 0))
    }

    @Test("a sliding window is the attention's own")
    func slidingWindow() throws {
        let file = try file("phi3-gqa-window8-bf16", .made(.int4))
        let windows = file.graph.node.filter { $0.opType == "GroupQueryAttention" }
            .map { file.integer("local_window_size", of: $0) }
        #expect(windows == [8, 8])
    }
}
