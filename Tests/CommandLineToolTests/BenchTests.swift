import Foundation
import TestSupport
import Testing

/// `swiftlet bench` alone: which tests it runs, and what every format says about them.
@Suite(.enabled(if: GoldenData.phi3 != nil, GoldenData.needsModels)) struct BenchTests {
    private func bench(_ arguments: [String]) throws -> ToolProcess.Result {
        let result = try ToolProcess.run(["bench", GoldenData.phi3!, "-t", "1"] + arguments)
        try #require(result.status == 0, "\(result.errors)")
        return result
    }

    @Test("lists, depths and pairs run every combination, under llama-bench's names")
    func names() throws {
        let result = try bench([
            "-p", "8,4", "-n", "0,2", "-pg", "6,3", "-d", "0,16", "-r", "2", "-o", "jsonl",
        ])
        let lines = try result.jsonLines()
        #expect(
            lines.compactMap { $0["test"] as? String } == [
                "pp8", "pp4", "tg2", "pp6+tg3", "pp8 @ d16", "pp4 @ d16", "tg2 @ d16", "pp6+tg3 @ d16",
            ])
        let pair = try #require(lines.last)
        #expect(pair["n_prompt"] as? Int == 6 && pair["n_gen"] as? Int == 3 && pair["n_depth"] as? Int == 16)
    }

    @Test("figures follow from the samples; a prompt's time is the time to the first token")
    func figures() throws {
        let lines = try bench(["-p", "8", "-n", "4", "-r", "3", "-o", "jsonl"]).jsonLines()
        for (line, tokens) in zip(lines, [8.0, 4]) {
            let rates = try #require(line["samples_ts"] as? [Double])
            let times = try #require(line["samples_ns"] as? [Double])
            #expect(rates.count == 3 && times.count == 3)
            for (rate, time) in zip(rates, times) { #expect(abs(rate * time / 1e9 / tokens - 1) < 0.01) }
            #expect(line["median_ts"] as? Double == rates.sorted()[1])
            let mean = rates.reduce(0, +) / 3
            #expect(abs(try #require(line["avg_ts"] as? Double) - mean) < 1e-3 * mean)
            let deviation = (rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
            #expect(abs(try #require(line["stddev_ts"] as? Double) - deviation) < 1e-3 * mean)
            if tokens == 8 {
                #expect(abs(try #require(line["ttft_ms"] as? Double) - times.sorted()[1] / 1e6) < 1e-3)
            } else {
                #expect(line["ttft_ms"] is NSNull)
            }
            #if os(Linux)
                #expect(try #require(line["peak_memory_bytes"] as? Int) > 1 << 20)
            #endif
        }
    }

    @Test("every format carries the same")
    func formats() throws {
        let arguments = ["-p", "8", "-n", "4", "-r", "2", "-o"]
        let csv = try bench(arguments + ["csv"]).output.split(separator: "\n")
        #expect(csv.count == 3)
        for name in ["test", "avg_ts", "median_ts", "ttft_ms", "peak_memory_bytes", "model_sha256"] {
            #expect(csv[0].split(separator: ",").contains(Substring(name)), "\(csv[0])")
        }
        let json = try JSONSerialization.jsonObject(with: Data(try bench(arguments + ["json"]).output.utf8))
        let objects = try #require(json as? [[String: Any]])
        #expect(objects.count == 2 && Set(objects[0].keys) == Set(csv[0].split(separator: ",").map(String.init)))
        let table = try bench(arguments + ["md"]).output
        for text in ["bandwidth: ", "sha256 ", "| t/s | first token | peak memory |", "| pp8 |", "| tg4 |", " ± "] {
            #expect(table.contains(text), "\(table)")
        }
    }

    @Test("what cannot be a test is a usage mistake")
    func mistakes() throws {
        for arguments in [
            ["-p", "0", "-n", "0"], ["-pg", "5"], ["-p", "-3"], ["-r", "0"], ["-p", "9999999999999999999"],
        ] {
            #expect(try ToolProcess.run(["bench", GoldenData.phi3!] + arguments).status == 64, "\(arguments)")
        }
    }
}
