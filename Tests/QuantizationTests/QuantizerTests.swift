import Checkpoints
import Compute
import Foundation
import Kernels
import Quantization
import Tensors
import TestSupport
import Testing
import Transformer
import UntrustedInput

/// From a folder or a file to a GGUF: what stands in it, and what is refused.
@Suite final class QuantizerTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    private static let folders = [
        "phi3-base-f32", "phi3-gqa-window8-bf16", "phi3-longrope-f16", "phi4mini-like-bf16", "llama-gqa-tied-bf16",
    ]

    @Test("a folder's configuration is the same from the GGUF that is made of it", arguments: folders)
    func configuration(name: String) throws {
        try shop.quantize(Workshop.golden(name), QuantizationOptions(.f32))
        let original = try ModelConfiguration(try Checkpoint.open(Workshop.golden(name)))
        let copy = try ModelConfiguration(try Checkpoint.open(shop.path("a.gguf")))
        #expect(copy.architecture == original.architecture && copy.vocabularySize == original.vocabularySize)
        #expect(copy.hiddenSize == original.hiddenSize && copy.intermediateSize == original.intermediateSize)
        #expect(copy.headCount == original.headCount && copy.keyValueHeadCount == original.keyValueHeadCount)
        #expect(copy.layerCount == original.layerCount && copy.headSize == original.headSize)
        #expect(copy.rotaryDimensions == original.rotaryDimensions && copy.ropeTheta == original.ropeTheta)
        #expect(copy.ropeScaling?.longFactors == original.ropeScaling?.longFactors)
        #expect(copy.ropeScaling?.shortFactors == original.ropeScaling?.shortFactors)
        #expect(
            Float(copy.ropeScaling?.attentionFactor ?? 0) == Float(original.ropeScaling?.attentionFactor ?? 0))
        #expect(copy.rmsNormEpsilon == original.rmsNormEpsilon && copy.contextTokens == original.contextTokens)
        #expect(copy.slidingWindow == original.slidingWindow && copy.tiedEmbeddings == original.tiedEmbeddings)
        #expect(Set(copy.endTokens).isSuperset(of: original.endTokens))
        #expect(
            try ModelTensors.resolve(try Checkpoint.open(shop.path("a.gguf")), copy).layers.count == copy.layerCount)
    }

    @Test(
        "with the fixed rule, every matrix has the bytes that gguf-py gave it",
        arguments: ["phi3-base-f32", "llama-gqa-tied-bf16"], [TypeMixture.q8_0, .q4_0])
    func sameAsReference(name: String, mixture: TypeMixture) throws {
        var options = QuantizationOptions(mixture)
        options.rule = .fixed
        try shop.quantize(Workshop.golden(name), options)
        let expected = try Checkpoint.open(Workshop.golden("gguf/\(name).\(mixture.rawValue).gguf"))
        let found = try Checkpoint.open(shop.path("a.gguf"))
        #expect(Set(found.tensors.map(\.name)) == Set(expected.tensors.map(\.name)))
        for tensor in expected.tensors {
            let other = try found.require(tensor.name)
            #expect(other.shape == tensor.shape)
            // The head, and a tied embedding, get more bits here.
            guard other.type == tensor.type else {
                #expect(tensor.name == "output.weight" || tensor.name == "token_embd.weight")
                continue
            }
            #expect(try shop.values(other) == shop.values(tensor), "\(tensor.name)")
        }
        for key in ["tokenizer.ggml.tokens", "tokenizer.ggml.model", "tokenizer.ggml.eos_token_id"] {
            #expect(found.metadata.value(key) == expected.metadata.value(key), "\(key)")
        }
    }

    @Test("a GGUF is copied with all it has, and only the matrices change")
    func fromFile() throws {
        let source = try Checkpoint.open(Workshop.golden("gguf/phi3-base-f32.q8_0.gguf"))
        var options = QuantizationOptions(.q4_1)
        options.allowsRequantizing = true
        let report = try shop.quantize(source.path, options)
        let copy = try Checkpoint.open(shop.path("a.gguf"))
        #expect(copy.tensors.map(\.name) == source.tensors.map(\.name))
        let stored = ["general.file_type", "general.quantization_version"]
        for key in source.metadata.keys where !stored.contains(key) {
            #expect(copy.metadata.value(key) == source.metadata.value(key), "\(key)")
        }
        #expect(try copy.metadata.int("general.file_type", in: 0...99) == 3)
        for tensor in copy.tensors where tensor.shape.rank == 1 {
            #expect(tensor.type == .f32 && tensor.denseValues == source.tensor(named: tensor.name)?.denseValues)
        }
        #expect(try copy.require("blk.0.attn_qkv.weight").type == .q4_1)
        // Rows of 32 columns: the head's six bits become eight, which it has already.
        #expect(try copy.require("output.weight").type == .q8_0)
        #expect(try shop.values(copy.require("output.weight")) == shop.values(source.require("output.weight")))
        #expect(report.loss.relativeError > 0.03 && report.loss.relativeError < 0.1)
        #expect(report.fileBytes == (try Data(contentsOf: URL(fileURLWithPath: shop.path("a.gguf"))).count))
    }

    @Test("the same bytes with one thread and three, progress to the end")
    func threads() throws {
        var last = (0, 0)
        try shop.quantize(Workshop.golden("phi3-longrope-f16"), QuantizationOptions(.q4_0), to: "a") { last = ($0, $1) }
        try shop.quantize(Workshop.golden("phi3-longrope-f16"), QuantizationOptions(.q4_0), to: "b", threads: 3)
        let files = try ["a", "b"].map { try Data(contentsOf: URL(fileURLWithPath: shop.path($0))) }
        #expect(files[0] == files[1])
        #expect(last.0 == last.1 && last.1 > 0)
    }

    @Test("a dense model goes there and back without a change")
    func dense() throws {
        try shop.quantize(Workshop.golden("phi3-base-f32"), QuantizationOptions(.f32), to: "a.gguf")
        try shop.quantize(shop.path("a.gguf"), QuantizationOptions(.f32), to: "b.gguf")
        let files = try ["a.gguf", "b.gguf"].map { try Data(contentsOf: URL(fileURLWithPath: shop.path($0))) }
        #expect(files[0] == files[1])
    }

    @Test("what is quantised already is refused, unless it stays as it is or somebody allows it")
    func requantizing() throws {
        let path = Workshop.golden("gguf/phi3-base-f32.q8_0.gguf")
        let error = #expect(throws: QuantizationError.self) { try shop.quantize(path, QuantizationOptions(.q4_0)) }
        guard case .alreadyQuantized(path, _, "Q8_0") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try shop.names.isEmpty)
        try shop.quantize(path, QuantizationOptions(.q8_0))
    }

    @Test("a weight that no scale can hold is named, and nothing is left", arguments: [Float.nan, .infinity, 1e6])
    func outOfRange(value: Float) throws {
        try shop.quantize(Workshop.golden("phi3-base-f32"), QuantizationOptions(.f32))
        let tensor = try Checkpoint.open(shop.path("a.gguf")).require("blk.1.ffn_down.weight")
        var data = try Data(contentsOf: URL(fileURLWithPath: shop.path("a.gguf")))
        let start = tensor.byteRange.lowerBound + 4 * 100
        let bits = (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        data.replaceSubrange(start..<start + 4, with: bits)
        try data.write(to: URL(fileURLWithPath: shop.path("bad.gguf")))
        let error = #expect(throws: QuantizationError.self) {
            try shop.quantize(shop.path("bad.gguf"), QuantizationOptions(.q4_0), to: "c.gguf")
        }
        guard case .weightOutOfRange(_, "blk.1.ffn_down.weight", "Q4_0", 65_504) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try shop.names.sorted() == ["a.gguf", "bad.gguf"])
    }

    @Test("a work that is cancelled leaves nothing")
    func cancelled() async throws {
        let path = shop.path("a.gguf")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            let compute = try Compute(threads: 1)
            let source = try ModelSource(try Checkpoint.open(Workshop.golden("phi3-base-f32")))
            let plan = try QuantizationPlan(source, QuantizationOptions(.q4_0), compute: compute)
            return try Quantizer(plan, compute: compute).write(to: path)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(try shop.names.isEmpty)
    }

    @Test("rows that keep their type are copied, also of types that are only read")
    func copied() throws {
        let compute = try Compute(threads: 2)
        for type in ElementType.allCases {
            let tensor = try Tensor.random(type, rows: 5, columns: 256)
            var bytes: [UInt8] = []
            let loss = compute.quantizeRows(
                of: tensor, ids: [4, 0], to: type, rule: .searched, importance: nil, into: &bytes)
            #expect(loss == QuantizationLoss() && bytes.count == 2 * tensor.rowBytes, "\(type)")
        }
    }

    @Test("a model in two files is quantised as in one")
    func split() throws {
        let whole = try Checkpoint.open(Workshop.golden("gguf/phi3-base-f32.q8_0.gguf"))
        let half = whole.tensors.count / 2
        for (index, tensors) in [whole.tensors.prefix(half), whole.tensors.suffix(from: half)].enumerated() {
            var metadata =
                index == 0 ? whole.metadata.keys.compactMap { key in whole.metadata.value(key).map { (key, $0) } } : []
            metadata.append(("split.no", GGUFValue(UInt16(index))))
            metadata.append(("split.count", GGUFValue(UInt16(2))))
            metadata.append(("split.tensors.count", GGUFValue(Int32(whole.tensors.count))))
            let writer = try GGUFWriter(
                shop.path("m-0000\(index + 1)-of-00002.gguf"), metadata: metadata.map { (key: $0.0, value: $0.1) },
                tensors: tensors.map { GGUFWriter.Entry($0.name, $0.type, $0.shape) })
            let compute = try Compute(threads: 1)
            for tensor in tensors {
                var bytes: [UInt8] = []
                _ = compute.quantizeRows(
                    of: tensor, ids: Array(0..<tensor.shape.rows), to: tensor.type, rule: .fixed, importance: nil,
                    into: &bytes)
                try writer.append(bytes.span, to: tensor.name)
            }
            try writer.finish()
        }
        var options = QuantizationOptions(.q4_1)
        options.allowsRequantizing = true
        try shop.quantize(whole.path, options, to: "a.gguf")
        try shop.quantize(shop.path("m-00002-of-00002.gguf"), options, to: "b.gguf")
        let files = try ["a.gguf", "b.gguf"].map { try Data(contentsOf: URL(fileURLWithPath: shop.path($0))) }
        #expect(files[0] == files[1])
    }

    // MARK: Which types

    @Test("the output stays as it is where it is asked to, also where it is the embedding")
    func keepsOutput() throws {
        var options = QuantizationOptions(.q4_0)
        options.keepsOutput = true
        for (name, output, type) in [
            ("phi3-base-f32", "output.weight", ElementType.f32), ("llama-gqa-tied-bf16", "token_embd.weight", .bf16),
        ] {
            try shop.quantize(Workshop.golden(name), options)
            #expect(try Checkpoint.open(shop.path("a.gguf")).require(output).type == type)
        }
    }

    @Test("a ratio gives eight bits to the matrices that lose most", arguments: [0, 0.3, 0.6, 0.9, 1])
    func ratio(ratio: Double) throws {
        let narrow = try shop.quantize(Workshop.golden("llama-gqa-tied-bf16"), QuantizationOptions(.q4_0))
        var options = QuantizationOptions(.q4_0)
        options.ratio = ratio
        let mixed = try shop.quantize(Workshop.golden("llama-gqa-tied-bf16"), options)
        let layers = zip(narrow.tensors, mixed.tensors).filter { $0.0.name.hasPrefix("blk.") && $0.0.type == .q4_0 }
        let total = layers.reduce(0) { $0 + $1.0.elementCount }
        let share = layers.filter { $0.1.type == .q4_0 }.reduce(0) { $0 + $1.0.elementCount }
        let largest = layers.map(\.0.elementCount).max() ?? 0
        #expect(Double(share) <= ratio * Double(total))
        #expect(Double(share + largest) > ratio * Double(total) || ratio == 1)
        // All rows of these are tried, so the order is exactly that of the errors for each weight.
        func loss(_ tensor: QuantizationReport.TensorReport) -> Double {
            tensor.loss.relativeError * tensor.loss.relativeError / Double(tensor.elementCount)
        }
        let kept = layers.filter { $0.1.type == .q4_0 }.map { loss($0.0) }.max() ?? 0
        let widened = layers.filter { $0.1.type == .q8_0 }.map { loss($0.0) }.min() ?? .infinity
        #expect(kept <= widened)
    }

    @Test("a measure decides, which is shown each matrix in four bits once, in the source's own order of rows")
    func measuredRatio() throws {
        let checkpoint = try Checkpoint.open(Workshop.golden("llama-gqa-tied-bf16"))
        let compute = try Compute(threads: 1)
        var options = QuantizationOptions(.q4_0)
        options.ratio = 0.5
        var shown: [String] = []
        let plan = try QuantizationPlan(try ModelSource(checkpoint), options, compute: compute) { trial in
            let own = try checkpoint.require(trial.narrowed.name, shape: trial.narrowed.shape.extents)
            let difference = compute.compareRows(
                of: own, ids: Array(0..<own.shape.rows), with: trial.narrowed, from: 0)
            #expect(trial.narrowed.type == .q4_0 && difference.relativeError < 0.1 && trial.index == shown.count)
            #expect(trial.count == 14 && own.name.contains("layers.\(trial.layer)."))
            shown.append(own.name)
            // The second layer is said to lose more in each weight.
            return trial.layer == 1 ? Double(own.shape.elementCount) : 0
        }
        #expect(Set(shown).count == 14)
        let report = try Quantizer(plan, compute: compute).write(to: shop.path("a.gguf"))
        for tensor in report.tensors where tensor.name.hasPrefix("blk.") && !tensor.name.contains("norm") {
            #expect(tensor.type == (tensor.name.hasPrefix("blk.1.") ? .q8_0 : .q4_0), "\(tensor.name)")
        }
    }

    @Test("where not all layers have four bits, a separate embedding has eight", arguments: [0.6, 1])
    func embedding(ratio: Double) throws {
        var options = QuantizationOptions(.q4_0)
        options.ratio = ratio
        try shop.quantize(Workshop.golden("phi3-base-f32"), options)
        let type = try Checkpoint.open(shop.path("a.gguf")).require("token_embd.weight").type
        #expect(type == (ratio < 1 ? .q8_0 : .q4_0))
    }

    // MARK: Importance

    @Test("activations weigh the error: columns that matter lose less")
    func importance() throws {
        let name = "blk.0.attn_qkv.weight"
        let sums = (0..<32).map { Float($0 % 4 == 0 ? 400 : 1) }
        var options = QuantizationOptions(.q4_0)
        func error(_ file: String) throws -> Double {
            let copy = try shop.values(Checkpoint.open(shop.path(file)).require(name))
            let original = try shop.values(
                Checkpoint.open(Workshop.golden("phi3-base-f32")).require("model.layers.0.self_attn.qkv_proj.weight"))
            return copy.indices.reduce(0) { sum, i in
                sum + Double(sums[i % 32]) * Double((copy[i] - original[i]) * (copy[i] - original[i]))
            }
        }
        try shop.quantize(Workshop.golden("phi3-base-f32"), options, to: "plain")
        options.importance = try ImportanceMatrix(path: try shop.writeImportance([(name, sums)]))
        try shop.quantize(Workshop.golden("phi3-base-f32"), options, to: "weighted")
        #expect(try error("weighted") < 0.8 * error("plain"))
        let metadata = try Checkpoint.open(shop.path("weighted")).metadata
        #expect(try metadata.int("quantize.imatrix.entries_count", in: 0...9) == 1)
    }

    @Test("an importance matrix that does not fit, or is none, is refused by name")
    func badImportance() throws {
        var options = QuantizationOptions(.q4_0)
        options.importance = try ImportanceMatrix(
            path: try shop.writeImportance([("blk.0.attn_qkv.weight", [1, 2, 3])]))
        let error = #expect(throws: InputError.self) {
            try shop.quantize(Workshop.golden("phi3-base-f32"), options)
        }
        #expect(error?.field == "blk.0.attn_qkv.weight.in_sum2")
        #expect(throws: InputError.self) {
            try ImportanceMatrix(path: Workshop.golden("gguf/phi3-base-f32.q8_0.gguf"))
        }
        for bad: [Float] in [[.nan, 1], [-1, 1]] {
            let path = try shop.writeImportance([("a", bad)])
            #expect(throws: InputError.self) { try ImportanceMatrix(path: path) }
        }
        let path = try shop.writeImportance([("a", [1])], count: 0)
        #expect(throws: InputError.self) { try ImportanceMatrix(path: path) }
    }

    @Test("products that no activations can have, or of another shape, are refused by name")
    func badProducts() throws {
        let sums = (0..<32).map { Float($0 + 1) }
        for (shape, value) in [([1, 32, 32], Float(33)), ([1, 32, 32], .nan), ([32, 32], 0), ([1, 16, 64], 0)] {
            let entries = [
                GGUFWriter.Entry("a.in_sum2", .f32, TensorShape([1, 32])),
                GGUFWriter.Entry("a.counts", .f32, TensorShape([1, 1])),
                GGUFWriter.Entry("a.in_products", .f32, TensorShape(shape)),
            ]
            let writer = try GGUFWriter(shop.path("i.gguf"), metadata: [], tensors: entries)
            let products = (0..<1_024).map { $0 == 5 ? value : 0 }
            for (entry, values) in zip(entries, [sums, [8], products]) {
                let bytes = values.flatMap { value in
                    (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
                }
                try writer.append(bytes.span, to: entry.name)
            }
            try writer.finish()
            let error = #expect(throws: InputError.self) { try ImportanceMatrix(path: self.shop.path("i.gguf")) }
            #expect(error?.field?.hasPrefix("a.in_products") == true, "\(String(describing: error))")
        }
    }

    // MARK: Comparing

    @Test("a comparison tells the errors that the quantiser reported, the worst first")
    func comparison() throws {
        for name in ["phi3-longrope-f16", "llama-gqa-tied-bf16"] {
            let report = try shop.quantize(Workshop.golden(name), QuantizationOptions(.q4_0))
            let compute = try Compute(threads: 2)
            let source = try ModelSource(try Checkpoint.open(Workshop.golden(name)))
            let comparison = try ModelComparison(
                source, try Checkpoint.open(shop.path("a.gguf")), compute: compute, progress: { _, _ in })
            #expect(
                comparison.entries.map(\.name).sorted()
                    == report.tensors.map(\.name).filter { !$0.hasPrefix("rope") }.sorted())
            let errors = comparison.entries.map(\.difference.relativeError)
            #expect(errors == errors.sorted(by: >) && errors.last == 0)
            for entry in comparison.entries {
                let reported = report.tensors.first { $0.name == entry.name }?.loss.relativeError ?? -1
                #expect(abs(entry.difference.relativeError - reported) < 1e-5, "\(entry.name)")
                #expect(
                    (1 - entry.difference.cosine) <= entry.difference.relativeError * entry.difference.relativeError
                        + 1e-9)
            }
        }
        // A tensor of another shape is another model's.
        let source = try ModelSource(try Checkpoint.open(Workshop.golden("phi3-base-f32")))
        let file = try Checkpoint.open(shop.path("a.gguf"))
        #expect(throws: InputError.self) {
            try ModelComparison(source, file, compute: try Compute(threads: 1), progress: { _, _ in })
        }
    }
}
