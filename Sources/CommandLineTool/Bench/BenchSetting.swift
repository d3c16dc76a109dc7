import UntrustedInput

/// What all results of a run share: without it a figure says nothing.
struct BenchSetting {
    let model: String
    let modelFile: String
    let modelBytes: Int
    /// nil where nobody reads it: in one turn of a comparison.
    let modelHash: String?
    let engine: String
    let precision: String
    let cacheType: String
    let threads: Int
    let processor: String
    /// Bytes per second, measured just before; nil as `modelHash`.
    let bandwidth: Double?

    /// The members of every report, under llama-bench's names where it has one.
    var members: [(name: String, value: Report)] {
        [
            ("build", .string(Version.number)), ("cpu", .string(processor)), ("engine", .string(engine)),
            ("n_threads", .integer(threads)),
            ("bandwidth_gbs", bandwidth.map { .number($0 / 1e9, digits: 2) } ?? .null),
            ("model", .string(model)), ("model_filename", .string(modelFile)), ("model_size", .integer(modelBytes)),
            ("model_sha256", .optional(modelHash)), ("dtype", .string(precision)), ("type_kv", .string(cacheType)),
        ]
    }

    var lines: [String] {
        var lines = [
            "cpu:       \(processor)",
            "engine:    \(engine), \(threads) threads, weights \(precision), cache \(cacheType)",
        ]
        if let bandwidth { lines.append("bandwidth: \(fixed(bandwidth / 1e9, digits: 1)) GB/s read, measured now") }
        lines.append("model:     \(modelFile), \(modelBytes) bytes" + (modelHash.map { ", sha256 \($0)" } ?? ""))
        return lines
    }
}

extension BenchSetting {
    /// Of a turn, from its own report: the process that compares has loaded no model.
    ///
    /// - Parameters:
    ///   - modelHash: what the turn did not take the time for, as `bandwidth`.
    init(report: JSON, modelHash: String?, bandwidth: Double?) {
        self.init(
            model: report["model"]?.string ?? "", modelFile: report["model_filename"]?.string ?? "",
            modelBytes: report["model_size"]?.integer ?? 0, modelHash: modelHash,
            engine: report["engine"]?.string ?? "", precision: report["dtype"]?.string ?? "",
            cacheType: report["type_kv"]?.string ?? "", threads: report["n_threads"]?.integer ?? 0,
            processor: report["cpu"]?.string ?? "", bandwidth: bandwidth)
    }
}
