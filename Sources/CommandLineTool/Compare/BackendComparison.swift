import UntrustedInput

/// Several backends side by side, for people and for programs.
struct BackendComparison {
    let model: String
    let promptTokens: Int
    let generatedTokens: Int
    let repetitions: Int
    let processor: String
    let rows: [Row]

    struct Row {
        let backend: String
        var turns: [BackendTurn] = []
        /// With the first backend; nil for that one itself, and where nothing was asked.
        var agreement: Agreement?
        /// Why it did not run.
        var failure: String?
    }

    /// How near a backend's predictions are to the first one's.
    struct Agreement {
        let top1: Double
        /// Mean Kullback–Leibler divergence, in nats.
        let divergence: Double

        /// From what `perplexity --json` writes; nil where it was held against nothing.
        init?(parsing text: String) {
            guard let json = try? JSON(parsing: Array(text.utf8), file: "perplexity"),
                let top1 = json["top1_agreement"]?.double, let divergence = json["kl_mean"]?.double
            else { return nil }
            self.top1 = top1
            self.divergence = divergence
        }
    }
}

extension BackendComparison.Row {
    func median(_ figure: (BackendTurn) -> Double) -> Double { Statistics(turns.map(figure)).median }

    /// The same in every turn.
    var remarks: [String] { turns.first?.remarks ?? [] }

    var hasRun: Bool { failure == nil && !turns.isEmpty }

    /// Token by token the median of the turns, in milliseconds.
    var latencies: [Double] {
        let count = turns.map(\.latencies.count).min() ?? 0
        return (0..<count).map { index in median { $0.latencies[index] } * 1_000 }
    }
}

// MARK: For people

extension BackendComparison {
    var lines: [String] {
        [
            "\(model) on \(processor)",
            "prompt \(promptTokens) tokens, answer \(generatedTokens), medians of \(repetitions) turns in alternation",
            "",
            "| backend | load, s | compile, s | first token, s | prompt, t/s | answer, t/s | peak memory | same top | KL, mean |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ] + rows.map(Self.line) + (remarks.isEmpty ? [] : [""] + remarks)
    }

    private var remarks: [String] {
        rows.flatMap { row in row.remarks.map { "\(row.backend): \($0)" } }
    }

    private static func line(_ row: Row) -> String {
        guard row.hasRun, let first = row.turns.first else {
            return "| \(row.backend) | not run: \(row.failure ?? "")" + String(repeating: " |", count: 8)
        }
        let compile = first.compileSeconds.map { _ in
            fixed(row.median { $0.compileSeconds ?? 0 }, digits: 2)
                + (row.turns.contains(where: \.isFromCache) ? " (kept)" : "")
        }
        let name = first.engine.hasPrefix(row.backend) ? first.engine : "\(row.backend) = \(first.engine)"
        let cells = [
            name, fixed(row.median(\.loadSeconds), digits: 2), compile ?? "–",
            fixed(row.median(\.firstTokenSeconds), digits: 3), fixed(row.median(\.promptRate), digits: 1),
            fixed(row.median(\.generationRate), digits: 1),
            mebibytes(row.turns.map(\.peakMemoryBytes).max() ?? 0),
            row.agreement.map { "\(fixed($0.top1 * 100, digits: 1)) %" } ?? "–",
            row.agreement.map { fixed($0.divergence, digits: 5) } ?? "–",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }
}

// MARK: For programs

extension BackendComparison {
    var report: Report {
        [
            "model": .string(model), "cpu": .string(processor), "n_prompt": .integer(promptTokens),
            "n_gen": .integer(generatedTokens), "repetitions": .integer(repetitions),
            "backends": .array(rows.map(Self.report)),
        ]
    }

    private static func report(_ row: Row) -> Report {
        guard row.hasRun, let first = row.turns.first else {
            return ["backend": .string(row.backend), "available": false, "reason": .optional(row.failure)]
        }
        return [
            "backend": .string(row.backend), "available": true, "engine": .string(first.engine),
            "load_s": .number(row.median(\.loadSeconds), digits: 4),
            "compile_s": first.compileSeconds == nil
                ? .null : .number(row.median { $0.compileSeconds ?? 0 }, digits: 4),
            "from_cache": .bool(row.turns.contains(where: \.isFromCache)),
            "ttft_ms": .number(row.median(\.firstTokenSeconds) * 1_000, digits: 3),
            "prompt_per_second": .number(row.median(\.promptRate), digits: 2),
            "predicted_per_second": .number(row.median(\.generationRate), digits: 2),
            "peak_memory_bytes": .integer(row.turns.map(\.peakMemoryBytes).max() ?? 0),
            "top1_agreement": row.agreement.map { .number($0.top1, digits: 5) } ?? .null,
            "kl_mean": row.agreement.map { .number($0.divergence, digits: 7) } ?? .null,
            "latencies_ms": .array(row.latencies.map { .number($0, digits: 4) }),
            "remarks": .array(row.remarks.map { .string($0) }),
        ]
    }
}
