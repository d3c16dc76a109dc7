import Export
import Foundation
import Testing

/// The graph that stands in the XML: whole, connected, and with what OpenVINO's tools ask for.
@Suite final class GraphTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    static let models = [
        "phi3-base-f32", "phi3-gqa-window8-bf16", "phi3-longrope-f16", "phi4mini-like-bf16", "llama-gqa-tied-bf16",
    ]
    static let formats: [ExportOptions] = [
        ExportOptions(.fp16), ExportOptions(.int8), .int4(.fitting), .int4(.rows, isSymmetric: false),
    ]

    private func file(_ model: String, _ options: ExportOptions) throws -> IRFile {
        try shop.export(Workshop.golden(model), options)
        return try IRFile(folder: shop.path("a"))
    }

    @Test("every input has one edge, from an output before it of the same type", arguments: models, formats)
    func connections(model: String, options: ExportOptions) throws {
        let file = try file(model, options)
        let order = Dictionary(uniqueKeysWithValues: file.layers.enumerated().map { ($1.id, $0) })
        #expect(order.count == file.layers.count)
        #expect(Set(file.layers.map(\.name)).count == file.layers.count, "a name used twice")
        var ends: Set<String> = []
        for edge in file.edges {
            let from = try #require(order[edge.from])
            let to = try #require(order[edge.to])
            #expect(from < to)
            let precision = try #require(file.layers[from].outputs[edge.fromPort])
            #expect(file.layers[to].inputs[edge.toPort] == precision)
            #expect(ends.insert("\(edge.to):\(edge.toPort)").inserted)
        }
        #expect(ends.count == file.layers.reduce(0) { $0 + $1.inputs.count })
        // No layer is there for nothing.
        let sources = Set(file.edges.map(\.from))
        for layer in file.layers where !["Result", "Assign"].contains(layer.type) {
            #expect(sources.contains(layer.id), "\(layer.name)")
        }
    }

    @Test("inputs, output and variables have the names that optimum-intel gives them", arguments: models)
    func names(model: String) throws {
        let file = try file(model, .int4(.fitting))
        let inputs = file.layers.filter { $0.type == "Parameter" }
        #expect(inputs.flatMap(\.names) == ["input_ids", "attention_mask", "position_ids", "beam_idx"])
        #expect(inputs.map { $0.data["element_type"] } == ["i64", "i64", "i64", "i32"])
        #expect(inputs.map { $0.data["shape"] } == ["?,?", "?,?", "?,?", "?"])
        let result = try #require(file.layers.first { $0.type == "Result" })
        #expect(file.input(0, of: result)?.names == ["logits"])
        #expect(file.input(0, of: result)?.outputs.values.first == "FP32")
        let expected = (0..<2).flatMap { layer in
            ["key", "value"].map { "past_key_values.\(layer).\($0)present.\(layer).\($0)" }
        }
        for type in ["ReadValue", "Assign"] {
            let variables = file.layers.filter { $0.type == type }.compactMap { $0.data["variable_id"] }
            #expect(Set(variables) == Set(expected) && variables.count == expected.count)
        }
    }

    @Test(
        "constants lie in the file, aligned, as large as their shape says, and no two overlap", arguments: models,
        formats)
    func constants(model: String, options: ExportOptions) throws {
        let file = try file(model, options)
        let bits = ["f32": 32, "f16": 16, "i64": 64, "i32": 32, "boolean": 8, "i8": 8, "u8": 8, "i4": 4, "u4": 4]
        var ranges: Set<Range<Int>> = []
        for layer in file.layers where layer.type == "Const" {
            let range = try #require(file.range(layer))
            let shape = try #require(layer.data["shape"]).split(separator: ",").map {
                Int($0.trimmingCharacters(in: .whitespaces)) ?? 0
            }
            let width = try #require(bits[layer.data["element_type"] ?? ""])
            #expect(range.count == (shape.reduce(1, *) * width + 7) / 8, "\(layer.name)")
            #expect(range.lowerBound % 64 == 0 && range.upperBound <= file.weights.count)
            ranges.insert(range)
        }
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        for (range, next) in zip(sorted, sorted.dropFirst()) { #expect(range.upperBound <= next.lowerBound) }
        #expect(sorted.last?.upperBound == file.weights.count)
    }

    @Test(
        "each kind of model has the operations it needs",
        arguments: [
            // Broadcasts: the mask's, the empty caches' and, for shared heads, of keys and values in two layers.
            ("phi3-base-f32", 5, 0, 1, 14), ("phi3-gqa-window8-bf16", 9, 1, 1, 14), ("phi3-longrope-f16", 5, 1, 2, 14),
            ("phi4mini-like-bf16", 9, 1, 2, 22), ("llama-gqa-tied-bf16", 9, 0, 1, 8),
        ])
    func operations(model: String, broadcasts: Int, comparisons: Int, choices: Int, slices: Int) throws {
        let file = try file(model, ExportOptions(.fp16))
        #expect(file.count("ScaledDotProductAttention") == 2)
        #expect(file.count("ReduceMean") == 5)
        #expect(file.count("Broadcast") == broadcasts)
        #expect(file.count("Greater") == comparisons)
        #expect(file.count("Select") == choices)
        #expect(file.count("Slice") == slices)
        #expect(file.layers.filter(\.isDecompression).count == file.layers.count { $0.name.hasSuffix(".weight") })
    }

    @Test("a tied head is the embedding's own node")
    func tied() throws {
        let file = try file("llama-gqa-tied-bf16", .int4(.fitting))
        let head = try #require(file.layers.first { $0.names == ["logits"] })
        let embedding = try #require(file.input(1, of: head))
        let users = file.edges.filter { $0.from == embedding.id }
        #expect(users.count == 2)
        #expect(!file.layers.contains { $0.name.contains("lm_head.weight") })
    }
}
