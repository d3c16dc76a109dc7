import Checkpoints
import Foundation
import Quantization
import TestSupport
import Testing

/// `swiftlet calibrate`: the file that it writes, and what a quantisation gains by it.
@Suite final class CalibrateCommandTests {
    private let folder: URL

    init() throws { folder = try ToolProcess.temporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static func model(_ name: String) -> String {
        Golden.repository.appendingPathComponent("Tests/Golden/\(name)").path
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    private var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path) } }

    private func run(_ arguments: String...) throws -> ToolProcess.Result {
        let result = try ToolProcess.run(arguments)
        #expect(result.status == 0, "\(arguments): \(result.errors)")
        return result
    }

    @Test(
        "tensors of sums for each matrix under its name in GGUF, which quantize takes",
        arguments: [
            ("phi3-base-f32", ["attn_qkv", "attn_output", "ffn_up", "ffn_down"], "output.weight"),
            (
                "llama-gqa-tied-bf16",
                ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"], "token_embd.weight"
            ),
        ])
    func file(name: String, roles: [String], head: String) throws {
        let (model, imatrix) = (Self.model(name), path("imatrix.gguf"))
        let result = try run("calibrate", model, "-c", "64", "--chunks", "3", "-o", imatrix)
        #expect(result.output.isEmpty && result.errors.contains("over 3 windows of 64 tokens"))
        #expect(try names == ["imatrix.gguf"])

        let file = try Checkpoint.open(imatrix)
        let matrices = (0..<2).flatMap { layer in roles.map { "blk.\(layer).\($0).weight" } } + [head]
        #expect(
            Set(file.tensors.map(\.name))
                == Set(matrices.flatMap { matrix in ["in_sum2", "counts", "in_products"].map { "\(matrix).\($0)" } }))
        for matrix in matrices {
            let counts = try file.require("\(matrix).counts").denseValues
            #expect(counts == [matrix == head ? 3 * 31 : 3 * 63], "\(matrix)")
            let squares = try #require(file.require("\(matrix).in_sum2").denseValues)
            #expect(squares.allSatisfy { $0 > 0 })
            // The diagonals of the products are the squares.
            let products = try file.require("\(matrix).in_products", shape: [squares.count / 32, 32, 32])
            let pairs = try #require(products.denseValues)
            #expect(squares.indices.allSatisfy { pairs[32 * $0 + $0 % 32] == squares[$0] })
        }
        #expect(try file.metadata.string("general.type") == "imatrix")
        #expect(try file.metadata.int("imatrix.chunk_count", in: 0...99) == 3)
        #expect(try file.metadata.int("imatrix.chunk_size", in: 0...99) == 64)
        #expect(try ImportanceMatrix(path: imatrix).count == matrices.count)

        _ = try run("quantize", model, "-o", path("q4.gguf"), "--imatrix", imatrix)
        let metadata = try Checkpoint.open(path("q4.gguf")).metadata
        #expect(try metadata.int("quantize.imatrix.entries_count", in: 0...99) == matrices.count)
        // What was made of a folder fits the GGUF of it, and the other way round.
        _ = try run("quantize", model, "-o", path("f32.gguf"), "--weight-format", "f32")
        _ = try run("calibrate", path("f32.gguf"), "-c", "64", "--chunks", "3", "-o", path("again.gguf"))
        let again = try Checkpoint.open(path("again.gguf"))
        for tensor in file.tensors {
            #expect(try again.require(tensor.name).denseValues == tensor.denseValues, "\(tensor.name)")
        }
    }

    @Test("mistakes: too short a text, the model itself, no such folder, counts that are none; no file is left")
    func mistakes() throws {
        let model = Self.model("phi3-base-f32")
        try Data("Hello.".utf8).write(to: folder.appendingPathComponent("short.txt"))
        let before = try names
        let mistakes: [(arguments: [String], status: Int32)] = [
            ([model, "-o", path("i.gguf"), "-f", path("short.txt"), "-c", "32"], 65),
            ([model, "-o", path("i.gguf"), "-f", "/no/such/text"], 66),
            ([model, "-o", path("i.gguf"), "--chunks", "0"], 64),
            ([model, "-o", path("i.gguf"), "-c", "3"], 64),
            ([model, "-o", path("i.gguf"), "-c", "100000"], 78),
            ([model, "-o", "\(model)/model.safetensors"], 64),
            ([model, "-o", "/no/such/folder/i.gguf"], 1),
            (["/no/such/model.gguf", "-o", path("i.gguf")], 66),
            ([model], 64),
        ]
        for (arguments, status) in mistakes {
            let result = try ToolProcess.run(["calibrate"] + arguments)
            #expect(result.status == status && !result.isSignalled && result.output.isEmpty, "\(arguments): \(result)")
        }
        #expect(try names == before)
    }
}
