/// The formats of `bench`: a table for people, values for programs, under llama-bench's names.
enum BenchFormat: String, CaseIterable {
    case md, csv, json, jsonl
}

/// Writes results in a format, each as soon as it is there.
struct BenchTable {
    let format: BenchFormat
    let setting: BenchSetting
    private var results: [BenchResult] = []

    init(format: BenchFormat, setting: BenchSetting) {
        self.format = format
        self.setting = setting
    }

    /// What stands above the first result.
    var header: String? {
        switch format {
        case .md:
            """
            \(setting.lines.joined(separator: "\n"))

            | model | size | engine | threads | test | t/s |
            | --- | ---: | --- | ---: | ---: | ---: |
            """
        case .csv:
            setting.members.map { $0.name }.joined(separator: ",") + "," + Self.resultNames.joined(separator: ",")
        case .json: "["
        case .jsonl: nil
        }
    }

    mutating func add(_ result: BenchResult) -> String {
        defer { results.append(result) }
        switch format {
        case .md:
            return "| \(setting.model) | \(mebibytes(setting.modelBytes)) | \(setting.engine) | \(setting.threads) "
                + "| \(result.test.name) | \(fixed(result.mean, digits: 2)) ± \(fixed(result.standardDeviation, digits: 2)) |"
        case .csv:
            let values = (setting.members + members(result)).map { $0.value }
            return values.map { quoted($0) }.joined(separator: ",")
        case .json: return (results.isEmpty ? "  " : ", ") + object(result).line
        case .jsonl: return object(result).line
        }
    }

    var footer: String? { format == .json ? "]" : nil }

    private static let resultNames = ["test", "n_prompt", "n_gen", "n_depth", "avg_ts", "stddev_ts", "samples_ts"]

    private func object(_ result: BenchResult) -> Report { .object(setting.members + members(result)) }

    private func members(_ result: BenchResult) -> [(name: String, value: Report)] {
        var prompt = 0
        var generated = 0
        switch result.test.kind {
        case .prefill(let count): prompt = count
        case .decode(let count): generated = count
        }
        let values: [Report] = [
            .string(result.test.name), .integer(prompt), .integer(generated), .integer(result.test.depth),
            .number(result.mean, digits: 4), .number(result.standardDeviation, digits: 4),
            .array(result.rates.map { .number($0, digits: 4) }),
        ]
        return Array(zip(Self.resultNames, values)).map { (name: $0.0, value: $0.1) }
    }

    /// A field of RFC 4180.
    private func quoted(_ value: Report) -> String {
        let text = if case .string(let text) = value { text } else { value.line }
        guard text.contains(where: { [",", "\"", "\n", " "].contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

/// What all results of a run share: without it a figure says nothing.
struct BenchSetting {
    let model: String
    let modelFile: String
    let modelBytes: Int
    let modelHash: String?
    let engine: String
    let precision: String
    let cacheType: String
    let threads: Int
    let processor: String
    /// Bytes per second, measured just before.
    let bandwidth: Double

    var members: [(name: String, value: Report)] {
        [
            ("build", .string(Version.number)), ("cpu", .string(processor)), ("engine", .string(engine)),
            ("n_threads", .integer(threads)), ("bandwidth_gbs", .number(bandwidth / 1e9, digits: 2)),
            ("model", .string(model)), ("model_filename", .string(modelFile)), ("model_size", .integer(modelBytes)),
            ("model_sha256", .optional(modelHash)), ("dtype", .string(precision)), ("type_kv", .string(cacheType)),
        ]
    }

    var lines: [String] {
        [
            "cpu:       \(processor)",
            "engine:    \(engine), \(threads) threads, weights \(precision), cache \(cacheType)",
            "bandwidth: \(fixed(bandwidth / 1e9, digits: 1)) GB/s read, measured now",
            "model:     \(modelFile), \(modelBytes) bytes" + (modelHash.map { ", sha256 \($0)" } ?? ""),
        ]
    }
}

private func mebibytes(_ bytes: Int) -> String { "\(fixed(Double(bytes) / 1_048_576, digits: 2)) MiB" }
