import Foundation
import TestSupport
import Testing

/// `swiftlet quantize` that is stopped, or given a broken file: a whole file or none, and the source as it was.
///
/// `scripts/quantize-trials.py` does the same at more moments, over all of the corpus, and on a disk that is full.
@Suite final class QuantizeTrialTests {
    private let folder: URL

    init() throws { folder = try ToolProcess.temporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static let quantized = Golden.repository
        .appendingPathComponent("Tests/Golden/gguf/phi3-base-f32.q8_0.gguf").path

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }
    private func data(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @Test("stopped at random moments, by any signal", arguments: ["INT", "TERM", "KILL"])
    func stopped(signal: String) throws {
        let big = path("big.gguf")
        let synth = try ToolProcess.run(
            ["synth", "--like", "smollm2-135m", "--layers", "4", "--dtype", "f16", "-o", big])
        #expect(synth.status == 0, "\(synth.errors)")
        let source = try data(big)
        let undisturbed = try ToolProcess.run(["quantize", big, "--type", "q4_k", "-t", "1", "-o", path("a.gguf")])
        #expect(undisturbed.status == 0, "\(undisturbed.errors)")
        let whole = try data(path("a.gguf"))
        let codes: [String: Int32] = ["INT": 130, "TERM": 143, "KILL": 137]
        var random = SplitMix64(seed: UInt64(signal.utf8.first ?? 0))
        for moment in 0..<7 {
            // In turns with nothing in the place and with an old file.
            try? FileManager.default.removeItem(atPath: path("a.gguf"))
            let old = moment % 2 == 0 ? nil : Data("old".utf8)
            try old?.write(to: folder.appendingPathComponent("a.gguf"))
            let seconds = Double.random(in: 0...1, using: &random) * undisturbed.seconds
            let result = try ToolProcess.shell(
                """
                "$SWIFTLET" quantize '\(big)' --type q4_k -t 1 -o '\(path("a.gguf"))' & child=$!
                sleep \(seconds); kill -\(signal) $child; wait $child
                """)
            let found = try? data(path("a.gguf"))
            #expect(found == whole || found == old, "\(seconds) s: \(found?.count ?? 0) bytes")
            #expect(result.status == (result.status == 0 ? 0 : codes[signal]), "\(result.errors)")
            #expect(result.status != 0 || found == whole)
            #expect(try names == (found == nil ? ["big.gguf"] : ["a.gguf", "big.gguf"]))
        }
        #expect(try data(big) == source)
    }

    @Test("bytes changed at random: refused with 65, or written whole")
    func damaged() throws {
        let whole = try data(Self.quantized)
        var random = SplitMix64(seed: 65)
        var refused = 0
        for _ in 0..<40 {
            var damaged = whole
            // Mostly in the header, where sizes and types stand.
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let end = Bool.random(using: &random) ? 400 : whole.count
                damaged[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            try damaged.write(to: folder.appendingPathComponent("in.gguf"))
            if try isRefused(path("in.gguf"), "damaged") { refused += 1 }
            #expect(try data(path("in.gguf")) == damaged)
        }
        #expect(refused > 10)
    }

    @Test(
        "every malformed GGUF of the corpus",
        .enabled(if: Golden.path("fuzz/gguf") != nil, "needs the golden data: fuzz"))
    func corpus() throws {
        let corpus = try #require(Golden.path("fuzz"))
        let manifest = try JSONSerialization.jsonObject(with: try data("\(corpus)/manifest.json")) as? [String: Any]
        let cases = try #require(manifest?["cases"] as? [[String: Any]])
        for entry in cases {
            guard let file = entry["file"] as? String, file.hasPrefix("gguf/") else { continue }
            let isRefused = try isRefused("\(corpus)/\(file)", file)
            if entry["outcome"] as? String == "error" { #expect(isRefused, "\(file)") }
            if entry["outcome"] as? String == "ok" { #expect(!isRefused, "\(file)") }
        }
    }

    /// Quantises a file that may be broken, and leaves nothing.
    private func isRefused(_ source: String, _ what: String) throws -> Bool {
        let before = try names
        let result = try ToolProcess.run(
            ["quantize", source, "-o", path("out.gguf"), "--allow-requantize", "-t", "1", "--type", "q4_0"])
        #expect(!result.isSignalled && [0, 65].contains(result.status), "\(what): \(result.status) \(result.errors)")
        #expect(result.seconds < 20, "\(what)")
        if result.status == 0 {
            #expect(try data(path("out.gguf")).prefix(4) == Data("GGUF".utf8), "\(what)")
            try FileManager.default.removeItem(atPath: path("out.gguf"))
        } else {
            #expect(result.errors.hasPrefix("swiftlet: "), "\(what): \(result.errors)")
        }
        #expect(try names == before, "\(what)")
        return result.status != 0
    }
}
