import Foundation
import TestSupport
import Testing

/// `swiftlet bench --against`, with shell scripts in the place of other engines.
@Suite(.enabled(if: GoldenData.phi3 != nil, GoldenData.needsModels)) struct BenchAgainstTests {
    private func bench(
        _ command: String, _ arguments: [String] = [], repetitions: Int = 1, interruptAfter: Double? = nil
    ) throws -> ToolProcess.Result {
        try ToolProcess.run(
            ["bench", GoldenData.phi3!, "-t", "1", "-p", "8", "-n", "4", "-r", "\(repetitions)", "-o", "jsonl"]
                + arguments + ["--against", command], interruptAfter: interruptAfter)
    }

    /// What the other side's tests came to, by name.
    private func rates(_ output: String) throws -> [String: Double] {
        let result = try bench("cat <<'END'\n\(output)\nEND")
        try #require(result.status == 0, "\(result.errors)")
        var rates: [String: Double] = [:]
        for line in try result.jsonLines() {
            rates[try #require(line["test"] as? String)] = line["against_median_ts"] as? Double
        }
        return rates
    }

    @Test("sides take turns; the figures are medians, the ratio that of the turns and not of the medians")
    func turns() throws {
        let count = try ToolProcess.temporaryFolder().appendingPathComponent("count").path
        // 100, 300, 200 in the three turns, each the median of its own samples.
        let command = """
            echo x >> '\(count)'; case $(grep -c x '\(count)') in 1) r=100;; 2) r=300;; *) r=200;; esac
            echo '[INFO] an engine that talks'
            echo "{\\"test\\": \\"tg4\\", \\"engine\\": \\"Other\\", \\"n_threads\\": 1, \\"samples_ts\\": [1, $r, 9000]}"
            """
        let result = try bench(command, repetitions: 3)
        #expect(result.status == 0, "\(result.errors)")
        let line = try #require(try result.jsonLines().first)
        #expect(line["test"] as? String == "tg4" && line["against"] as? String == "Other")
        #expect(line["against_samples_ts"] as? [Double] == [100, 300, 200])
        #expect(line["against_median_ts"] as? Double == 200)
        let ours = try #require(line["samples_ts"] as? [Double])
        let ratios = try #require(line["ratios"] as? [Double])
        #expect(ours.count == 3 && ratios.count == 3)
        for (ratio, (our, their)) in zip(ratios, zip(ours, [100.0, 300, 200])) {
            #expect(abs(ratio - our / their) < 1e-3 * ratio)
        }
        #expect(line["median_ratio"] as? Double == ratios.sorted()[1])
        #expect(try #require(line["peak_memory_bytes"] as? Int) > 1 << 20)
        #expect(result.errors.contains("only Swiftlet ran pp8"))
    }

    @Test("llama-bench's json, jsonl and md are read, and a test is known by its name or its counts")
    func outputs() throws {
        let json = """
            [
              {
                "build_commit": "x", "n_threads": 1, "n_prompt": 8, "n_gen": 0, "n_depth": 0,
                "avg_ts": 5.5, "samples_ts": [ 7.0, 5.0, 6.0 ]
              },
              { "n_prompt": 0, "n_gen": 4, "n_depth": 0, "avg_ts": 2.5 }
            ]
            """
        #expect(try rates(json) == ["pp8": 6, "tg4": 2.5])
        let table = """
            | model          |       size | threads |            test |                  t/s |
            | -------------- | ---------: | ------: | --------------: | -------------------: |
            | phi3 3B Q4_0   |   2.03 GiB |       2 |             pp8 |         16.31 ± 0.20 |
            | phi3 3B Q4_0   |   2.03 GiB |       2 |    tg4 @ d2048  |          3.31 ± 0.20 |

            build: abc (1)
            """
        #expect(try rates(table) == ["pp8": 16.31])
    }

    @Test("depth is part of a test, also as ik_llama.cpp writes it")
    func depths() throws {
        let command = #"echo '{"test": "tg4@pp16", "avg_ts": 3}'; echo '{"test": "tg4", "avg_ts": 2}'"#
        let result = try bench(command, ["-d", "16"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try result.jsonLines().map { $0["test"] as? String } == ["tg4 @ d16"])
    }

    @Test("a command that fails, or says nothing of use, is named with what it said")
    func failures() throws {
        let cases: [(command: String, status: Int32, said: String)] = [
            ("echo 'no such model' >&2; exit 3", 1, "left with 3\n    no such model"),
            ("kill -9 $$", 1, "signal 9"),
            ("/no/such/engine", 1, "left with 127"),
            ("echo hello", 65, "no result in its output"),
            (#"echo '{"test": "pp8", "avg_ts": "fast"}'"#, 65, "tokens per second of pp8 is string"),
            (#"echo '{"test": "pp8", "avg_ts": 0}'"#, 65, "expected a number above 0"),
            (#"echo '{"test": "pp8", "samples_ts": [1e999]}'"#, 65, "pp8"),
            (#"echo '{"test": "perplexity", "avg_ts": 1}'"#, 65, "test is perplexity"),
            (#"echo '{"n_prompt": -1, "avg_ts": 1}'"#, 65, "n_prompt is -1"),
            (#"echo '{"avg_ts": 1}'"#, 65, "n_prompt and n_gen"),
            (#"echo '{"test": "pp8", '"#, 65, "no JSON"),
            (#"echo '{"test": "pp9", "avg_ts": 1}'"#, 65, "no test in common"),
            ("yes", 1, "wrote more than"),
        ]
        for (command, status, said) in cases {
            let result = try bench(command)
            #expect(result.status == status && !result.isSignalled, "\(command): \(result.status) \(result.errors)")
            #expect(result.errors.contains(said), "\(command): \(result.errors)")
            #expect(result.output.isEmpty)
        }
    }

    /// A command whose own child outlives it unless the whole group is ended; it leaves their ids in a file.
    private func sleeper() throws -> (command: String, ids: () throws -> [pid_t]) {
        let file = try ToolProcess.temporaryFolder().appendingPathComponent("ids").path
        let command = "trap '' TERM; sleep 60 & echo $! >> '\(file)'; echo $$ >> '\(file)'; wait; sleep 60"
        return (
            command,
            { try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { pid_t($0) } }
        )
    }

    /// Gone, or dead and waiting for this machine's first process to notice.
    private func isGone(_ id: pid_t) -> Bool {
        for _ in 0..<20 {
            if kill(id, 0) != 0 { return true }
            let status = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
            if status.contains(") Z ") { return true }
            usleep(100_000)
        }
        return false
    }

    @Test("a command that hangs is ended after its time, with all it started")
    func hang() throws {
        let sleeper = try sleeper()
        let result = try bench(sleeper.command, ["--turn-timeout", "1"])
        #expect(result.status == 1 && result.errors.contains("not done after 1 s"), "\(result.errors)")
        let ids = try sleeper.ids()
        #expect(ids.count == 2 && ids.allSatisfy(isGone))
    }

    @Test("Ctrl-C ends the other engine too")
    func interrupt() throws {
        let sleeper = try sleeper()
        let result = try bench(sleeper.command, interruptAfter: 2)
        #expect(result.status == 130 && !result.isSignalled && result.seconds < 10)
        let ids = try sleeper.ids()
        #expect(ids.count == 2 && ids.allSatisfy(isGone))
    }
}
