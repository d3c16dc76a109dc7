import UntrustedInput

/// What a benchmark said on its standard output: llama-bench's `json`, `jsonl` or `md`, or what `swiftlet bench` and
/// the scripts in Benchmarks/peers print, which is the same. Lines that are none of it are passed over: engines talk.
struct RivalOutput {
    /// One test as a benchmark reported it.
    struct Result {
        let test: BenchTest
        /// Tokens per second: of each repetition, or one mean where no more was told.
        let rates: [Double]
        /// Of Swiftlet's own report, and of peers' scripts.
        var engine: String?
        var threads: Int?
        /// The whole object; null where the report was a table.
        var report: JSON = .null
    }

    let results: [Result]

    /// - Parameter command: the name that errors give.
    init(parsing text: String, command: String) throws(RivalError) {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
        var reports: [JSON] = []
        if let list = Self.list(in: lines) {
            reports = try Self.json(list, command).array ?? []
        } else {
            for line in lines where line.hasPrefix("{") { reports.append(try Self.json(String(line), command)) }
        }
        var results: [Result] = []
        for report in reports { results.append(try Self.result(report, command)) }
        if results.isEmpty { results = try Self.table(lines.filter { $0.hasPrefix("|") }, command) }
        guard !results.isEmpty else { throw .noResults(command: command, output: text) }
        self.results = results
    }

    private static func json(_ text: String, _ command: String) throws(RivalError) -> JSON {
        do throws(InputError) { return try JSON(parsing: text, file: command) } catch {
            throw .malformed(command: command, field: "its output", found: "no JSON (\(error))", expected: "JSON")
        }
    }

    // MARK: JSON

    /// The lines from the one that opens a list of objects to the one that closes it: `[INFO]` opens none.
    private static func list(in lines: [Substring]) -> String? {
        let squeezed = lines.map { $0.filter { !$0.isWhitespace } }
        guard let first = squeezed.firstIndex(where: { $0 == "[" || $0.hasPrefix("[{") }),
            let last = squeezed.lastIndex(where: { $0 == "]" || $0.hasSuffix("}]") }), first <= last
        else { return nil }
        return lines[first...last].joined(separator: "\n")
    }

    private static func result(_ report: JSON, _ command: String) throws(RivalError) -> Result {
        let test = try test(report, command)
        let samples = report["samples_ts"]?.array
        // A list without samples, and a report without a list, leave the mean.
        let values = samples.flatMap { $0.isEmpty ? nil : $0 } ?? [report["avg_ts"] ?? .null]
        var rates: [Double] = []
        for value in values {
            rates.append(try rate(value.double, value.double.map { "\($0)" } ?? value.typeName, command, test))
        }
        return Result(
            test: test, rates: rates, engine: report["engine"]?.string, threads: report["n_threads"]?.integer,
            report: report)
    }

    /// By its name where there is one, else by llama-bench's counts.
    private static func test(_ report: JSON, _ command: String) throws(RivalError) -> BenchTest {
        if let name = report["test"]?.string {
            guard let test = BenchTest(name: name) else {
                throw .malformed(command: command, field: "test", found: name, expected: "a name such as pp512")
            }
            return test
        }
        func count(_ field: String) throws(RivalError) -> Int {
            guard let value = report[field] else { return 0 }
            guard let count = value.integer, (0...BenchTest.maximumCount).contains(count) else {
                throw .malformed(
                    command: command, field: field, found: value.integer.map { "\($0)" } ?? value.typeName,
                    expected: "a count of tokens")
            }
            return count
        }
        let test = BenchTest(
            promptCount: try count("n_prompt"), generatedCount: try count("n_gen"), depth: try count("n_depth"))
        guard test.tokenCount > 0 else {
            throw .malformed(
                command: command, field: "n_prompt and n_gen", found: "none", expected: "a test, or its name in test")
        }
        return test
    }

    // MARK: Table

    /// The columns `test` and `t/s`, wherever they stand.
    private static func table(_ lines: [Substring], _ command: String) throws(RivalError) -> [Result] {
        var columns: (test: Int, rate: Int)?
        var results: [Result] = []
        for line in lines {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.split(separator: " ").joined(separator: " ")
            }
            if let test = cells.firstIndex(of: "test"), let rate = cells.firstIndex(of: "t/s") {
                columns = (test, rate)
            } else if let columns, cells.count > max(columns.test, columns.rate),
                let test = BenchTest(name: cells[columns.test])
            {
                let cell = cells[columns.rate]
                let value = try rate(cell.split(separator: " ").first.flatMap { Double($0) }, cell, command, test)
                results.append(Result(test: test, rates: [value]))
            }
        }
        return results
    }

    private static func rate(
        _ value: Double?, _ found: String, _ command: String, _ test: BenchTest
    ) throws(RivalError) -> Double {
        guard let value, value.isFinite, value > 0 else {
            throw .malformed(
                command: command, field: "tokens per second of \(test.name)", found: found,
                expected: "a number above 0")
        }
        return value
    }
}
