/// What was found out about a model.
package struct PerplexityResult: Sendable {
    package let model: String
    package let size: ModelSize
    package let engine: String
    package let precision: String
    package let text: String
    package let windows: TextWindows
    /// What it was held against; nil where nothing.
    package let reference: String?
    package let figures: PerplexityFigures
    /// Reading the windows, predictions included.
    package let tokensPerSecond: Double
    /// Generating, where it was measured.
    package let generatedPerSecond: Double?

    package init(
        model: String, size: ModelSize, engine: String, precision: String, text: String, windows: TextWindows,
        reference: String?, figures: PerplexityFigures, tokensPerSecond: Double, generatedPerSecond: Double?
    ) {
        self.model = model
        self.size = size
        self.engine = engine
        self.precision = precision
        self.text = text
        self.windows = windows
        self.reference = reference
        self.figures = figures
        self.tokensPerSecond = tokensPerSecond
        self.generatedPerSecond = generatedPerSecond
    }
}

extension PerplexityResult {
    /// One JSON object.
    var report: Report {
        var members: [(name: String, value: Report)] = [
            ("build", .string(Version.number)), ("model", .string(model)), ("model_size", .integer(size.fileBytes)),
            ("bits_per_weight", .number(size.bitsPerWeight, digits: 3)), ("engine", .string(engine)),
            ("dtype", .string(precision)), ("text", .string(text)), ("n_ctx", .integer(windows.length)),
            ("n_chunks", .integer(windows.count)), ("n_scored", .integer(figures.count)),
        ]
        func add(_ name: String, _ estimate: Estimate) {
            members.append((name, .number(estimate.value, digits: 6)))
            members.append(("\(name)_stderr", .number(estimate.error, digits: 6)))
        }
        add("perplexity", figures.perplexity)
        if let difference = figures.difference {
            members.append(("reference", .optional(reference)))
            add("reference_perplexity", difference.referencePerplexity)
            add("log_perplexity_ratio", difference.logRatio)
            add("kl_mean", difference.meanDivergence)
            add("kl_p99", difference.divergence99)
            add("top1_agreement", difference.topAgreement)
            add("rms_delta_p", difference.probabilityChange)
        }
        members.append(("tokens_per_second", .number(tokensPerSecond, digits: 2)))
        if let generatedPerSecond {
            members.append(("generated_per_second", .number(generatedPerSecond, digits: 2)))
        }
        return .object(members)
    }

    /// For people, about a single model.
    var lines: [String] {
        var lines = [
            line("text", text), line("", Self.coverage(windows)),
            line("perplexity", Self.text(figures.perplexity, digits: 4)),
        ]
        if let difference = figures.difference {
            let (agreement, change) = (difference.topAgreement, difference.probabilityChange)
            lines += [
                line("reference", "\(reference ?? ""): \(Self.text(difference.referencePerplexity, digits: 4))"),
                line("ln of ratio", Self.text(difference.logRatio, digits: 5)),
                line("KL", "mean \(Self.text(difference.meanDivergence, digits: 6)) nats"),
                line("", "99 % below \(Self.text(difference.divergence99, digits: 6))"),
                line("same top", Self.percent(agreement, digits: 2)), line("RMS Δp", Self.percent(change, digits: 3)),
            ]
        }
        return lines + [line("speed", "\(KernelsTable.threeDigits(tokensPerSecond)) tokens a second")]
    }

    static func coverage(_ windows: TextWindows) -> String {
        "\(windows.count) windows of \(windows.length) tokens, \(windows.scoredCount) predictions count"
    }

    static func text(_ estimate: Estimate, digits: Int) -> String {
        "\(unsigned(fixed(estimate.value, digits: digits))) ± \(fixed(estimate.error, digits: digits))"
    }

    /// Without the sign of a number that was rounded to zero.
    private static func unsigned(_ text: String) -> String {
        text.hasPrefix("-") && text.allSatisfy({ "-0.".contains($0) }) ? String(text.dropFirst()) : text
    }

    static func percent(_ share: Estimate, digits: Int) -> String {
        text(Estimate(value: 100 * share.value, error: 100 * share.error), digits: digits) + " %"
    }

    private func line(_ name: String, _ text: String) -> String { "\(name.padded(to: 12)) \(text)" }
}
