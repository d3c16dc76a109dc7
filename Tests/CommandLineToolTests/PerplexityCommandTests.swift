import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// `perplexity` over the tiny models: figures that can be had another way, and what it refuses.
@Suite(.enabled(if: GoldenData.phi3 != nil, GoldenData.needsModels)) struct PerplexityCommandTests {
    private static let gguf = "\(Golden.repository.path)/Tests/Golden/gguf"
    private static let (q8, q4) = ("\(gguf)/phi3-base-f32.q8_0.gguf", "\(gguf)/phi3-base-f32.q4_0.gguf")
    private let model = GoldenData.phi3 ?? ""
    private let text = String(repeating: "The sea was calm, and so were we. ", count: 12)
    private func textFile(_ text: String) throws -> String {
        let file = try ToolProcess.temporaryFolder().appendingPathComponent("text.txt")
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// A copy of the GGUF file whose tokenizer begins texts with id 1.
    private func modelWithBeginning() throws -> String {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: Self.q8))
        let key = try #require(bytes.range(of: Data("tokenizer.ggml.add_bos_token".utf8)))
        // The value's type takes four bytes: 7, a Boolean.
        try #require(Array(bytes[key.upperBound..<key.upperBound + 5]) == [7, 0, 0, 0, 0])
        bytes[key.upperBound + 4] = 1
        let file = try ToolProcess.temporaryFolder().appendingPathComponent("begins.gguf")
        try bytes.write(to: file)
        return file.path
    }

    /// The ids of the text, cut into windows as llama.cpp does.
    private func windows(_ length: Int, beginning: Int?) throws -> [[Int]] {
        let line = try GoldenData.json(["text": text]) + "\n"
        let answer = try ToolProcess.run(["tokenize", model, "--jsonl"], input: line).json()
        let bare = try #require(answer["ids"] as? [Int])
        let ids = (beginning.map { [$0] } ?? []) + bare
        return (0..<ids.count / length).map { Array(ids[$0 * length..<($0 + 1) * length]) }
    }

    /// −ln p of every token that counts, from the logits that another command writes.
    private func surprises(_ windows: [[Int]], beginning: Int?, model: String) throws -> [Double] {
        let inputs = windows.map { [beginning ?? $0[0]] + $0.dropFirst() }
        let output = try ToolProcess.temporaryFolder().appendingPathComponent("logits.safetensors").path
        let result = try ToolProcess.run(
            ["logits", model, "--ids", "-", "-o", output], input: try GoldenData.json(inputs))
        #expect(result.status == 0, "\(result.errors)")
        let file = try SafetensorsFile(path: output)
        return try windows.enumerated().flatMap { index, ids in
            let logits = try #require(file.floats("seq\(index).logits")).map(Double.init)
            let vocabulary = logits.count / ids.count
            return (ids.count / 2..<ids.count - 1).map { position in
                let row = logits[position * vocabulary..<(position + 1) * vocabulary]
                return log(row.reduce(0) { $0 + exp($1) }) - row[row.startIndex + ids[position + 1]]
            }
        }
    }

    @Test(
        "the same figure as from logits, whatever goes through the model at a time", arguments: [8, 16, 33, 100],
        [nil, 1])
    func perplexity(length: Int, beginning: Int?) throws {
        let model = beginning == nil ? model : try modelWithBeginning()
        let windows = try windows(length, beginning: beginning)
        let surprises = try surprises(windows, beginning: beginning, model: model)
        let file = try textFile(text + "\n")
        let report = try ToolProcess.run(["perplexity", model, "-f", file, "-c", "\(length)", "--json"]).json()
        #expect(report["n_chunks"] as? Int == windows.count && report["n_scored"] as? Int == surprises.count)
        let mean = surprises.reduce(0, +) / Double(surprises.count)
        let variance = surprises.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(surprises.count - 1)
        let error = exp(mean) * (variance / Double(surprises.count)).squareRoot()
        let found = try #require(report["perplexity"] as? Double)
        #expect(abs(found / exp(mean) - 1) < 1e-4, "\(found) for \(exp(mean))")
        #expect(abs(try #require(report["perplexity_stderr"] as? Double) / error - 1) < 1e-4)
        // Few windows are the first ones; the alias is the same command.
        let few = try ToolProcess.run(
            ["evaluate", model, "-f", file, "-c", "\(length)", "--chunks", "1", "--json"]
        ).json()
        #expect(few["n_chunks"] as? Int == 1)
    }

    @Test("a model is no way from itself, and its smaller forms are, the more the smaller")
    func reference() throws {
        let file = try textFile(text)
        func divergence(_ model: String) throws -> [String: Any] {
            try ToolProcess.run(
                ["perplexity", model, "-f", file, "-c", "32", "--reference", self.model, "--json"]
            ).json()
        }
        let own = try divergence(model)
        #expect(own["kl_mean"] as? Double == 0 && own["top1_agreement"] as? Double == 1)
        #expect(own["rms_delta_p"] as? Double == 0 && own["log_perplexity_ratio"] as? Double == 0)
        let (q8, q4) = (try divergence(Self.q8), try divergence(Self.q4))
        let (less, more) = (q8["kl_mean"] as? Double ?? 0, q4["kl_mean"] as? Double ?? 0)
        #expect(less > 0 && more > 10 * less)
        #expect((q4["kl_p99"] as? Double ?? 0) > more)
        #expect((q8["top1_agreement"] as? Double ?? 0) > (q4["top1_agreement"] as? Double ?? 1))
        #expect(q8["reference_perplexity"] as? Double == own["perplexity"] as? Double)
    }

    @Test("predictions that were kept say what the model itself says, to their rounding")
    func keptLogits() throws {
        let file = try textFile(text)
        let kept = try ToolProcess.temporaryFolder().appendingPathComponent("kept.logits").path
        let saved = try ToolProcess.run([
            "perplexity", model, "-f", file, "-c", "32", "--json", "--save-logits", kept,
        ])
        #expect(saved.status == 0, "\(saved.errors)")
        func report(_ arguments: [String]) throws -> [String: Any] {
            try ToolProcess.run(["perplexity", Self.q4, "--json"] + arguments).json()
        }
        let live = try report(["-f", file, "-c", "32", "--reference", model])
        let read = try report(["--reference-logits", kept])
        for name in ["kl_mean", "kl_p99", "rms_delta_p", "reference_perplexity", "perplexity", "top1_agreement"] {
            let (a, b) = (live[name] as? Double ?? 0, read[name] as? Double ?? 1)
            #expect(abs(a / b - 1) < 2e-3, "\(name): \(a), \(b)")
        }
        #expect(live["n_scored"] as? Int == read["n_scored"] as? Int)

        // Cut off, or not what it says it is.
        let whole = try Data(contentsOf: URL(fileURLWithPath: kept))
        func status(_ data: Data) throws -> Int32 {
            try data.write(to: URL(fileURLWithPath: kept))
            let result = try ToolProcess.run(["perplexity", Self.q4, "--reference-logits", kept])
            #expect(!result.isSignalled && result.output.isEmpty && result.errors.contains(kept), "\(result)")
            return result.status
        }
        for count in [0, 7, 19, 20, 100, whole.count - 1] { #expect(try status(whole.prefix(count)) == 65, "\(count)") }
        // Magic, window, vocabulary, windows, an id: nothing, far too much, negative.
        for offset in [0, 8, 12, 16, 20] {
            for bytes: [UInt8] in [[0, 0, 0, 0], [255, 255, 255, 127], [255, 255, 255, 255]]
            where offset != 20 || bytes[3] != 0 {
                var changed = whole
                changed.replaceSubrange(offset..<offset + 4, with: bytes)
                #expect(try status(changed) == 65, "\(offset): \(bytes)")
            }
        }
    }

    @Test("--compare: a line for each model, against the first; --plot draws it")
    func compare() throws {
        let file = try textFile(text)
        let picture = try ToolProcess.temporaryFolder().appendingPathComponent("sizes.svg").path
        let arguments = ["perplexity", "--compare", model, Self.q8, Self.q4, "-f", file, "-c", "32"]
        let table = try ToolProcess.run(arguments + ["--plot", picture])
        #expect(table.status == 0 && table.errors.isEmpty, "\(table.errors)")
        let lines = table.output.split(separator: "\n")
        #expect(lines.filter { $0.contains("phi3-base-f32") }.count == 3)
        #expect(lines.first { $0.hasPrefix("phi3-base-f32 ") }?.contains("–") == true)
        let reader = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: picture)))
        #expect(reader.parse())
        let svg = try String(contentsOfFile: picture, encoding: .utf8)
        #expect(svg.components(separatedBy: "<circle").count - 1 == 2)
        #expect(svg.contains("phi3-base-f32.q4_0.gguf, 4.6 bits"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))

        let objects = try ToolProcess.run(arguments + ["--json"]).jsonLines()
        #expect(objects.count == 3 && objects[0]["kl_mean"] == nil)
        #expect(objects.dropFirst().allSatisfy { ($0["kl_mean"] as? Double ?? 0) > 0 })
        #expect(objects.allSatisfy { ($0["generated_per_second"] as? Double ?? 0) > 0 })
        #expect(objects[2]["bits_per_weight"] as? Double ?? 0 < 5)
        // Against a reference of its own, the first has a loss, too.
        let others = try ToolProcess.run([
            "perplexity", "--compare", Self.q8, Self.q4, "--reference", model, "-f", file, "-c", "32", "--json",
        ]).jsonLines()
        #expect(others.count == 2 && others.allSatisfy { $0["reference"] as? String == "phi3-base-f32" })
        // The first has computed once for all; to the last digit as if it stood beside each.
        for key in ["kl_mean", "kl_p99", "top1_agreement", "perplexity", "reference_perplexity"] {
            for (own, other) in zip(objects.dropFirst(), others) {
                #expect(own[key] as? Double == other[key] as? Double && own[key] != nil, "\(key)")
            }
        }
    }

    @Test("without a file it is the built-in text, which can be had")
    func builtIn() throws {
        let text = try ToolProcess.run(["perplexity", "--print-text"]).output
        #expect(text.hasPrefix("Chapter 1\n\nSir Walter Elliot") && text.utf8.count == 70_878)
        let arguments = ["perplexity", model, "-c", "64", "--chunks", "4", "--json"]
        let given = try ToolProcess.run(arguments + ["-f", "-"], input: text).json()
        let own = try ToolProcess.run(arguments).json()
        #expect(given["perplexity"] as? Double == own["perplexity"] as? Double)
        #expect((own["text"] as? String)?.hasPrefix("Persuasion") == true)
    }

    @Test("an interrupted run keeps no half of a file", .enabled(if: SmolLM2.path != nil, "needs weights/"))
    func interrupted() throws {
        let folder = try ToolProcess.temporaryFolder()
        let kept = folder.appendingPathComponent("kept.logits").path
        let result = try ToolProcess.run(
            ["perplexity", SmolLM2.path ?? "", "-c", "64", "--save-logits", kept], interruptAfter: 1.5)
        #expect(result.status == 130 && result.output.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("mistakes: too short a text, another vocabulary, what excludes each other, a file that is not there")
    func mistakes() throws {
        let short = try textFile("Hello.")
        let other = SmolLM2.path.map { [([model, "--reference", $0, "-c", "32", "--chunks", "2"], Int32(65))] } ?? []
        let mistakes: [(arguments: [String], status: Int32)] = [
            ([model, "-f", short, "-c", "32"], 65),
            ([model, "-f", "/no/such/text"], 66),
            ([model, "-c", "3"], 64),
            ([model, "-c", "100000"], 78),
            ([model, "--reference", "/no/such/model.gguf"], 66),
            ([model, "--reference", model, "--reference-logits", short], 64),
            ([model, "--reference-logits", short], 65),
            ([model, "--reference-logits", "/no/such/file"], 66),
            ([model, "--plot", "/tmp/x.svg"], 64),
            ([model, "--compare", model], 64),
            ([model, "-c", "32", "--chunks", "2", "--save-logits", "/no/such/folder/x"], 1),
        ]
        for (arguments, status) in mistakes + other {
            let result = try ToolProcess.run(["perplexity"] + arguments)
            #expect(result.status == status && !result.isSignalled && result.output.isEmpty, "\(arguments): \(result)")
            #expect(!result.errors.isEmpty)
        }
    }
}
