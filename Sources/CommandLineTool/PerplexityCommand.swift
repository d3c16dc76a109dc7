import ArgumentParser

/// `swiftlet perplexity`: how well a model foresees a text, and how far it is from another.
struct PerplexityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perplexity",
        abstract: "Measures how well a model foresees a text, and what a smaller form of it has lost.",
        discussion: """
            Windows (of -c tokens, 512 where nothing is given) and scoring are those of llama.cpp's llama-perplexity: over \
            the same file both give the same figure. Without --file it is the first chapters of a novel, which --print-text \
            shows. ± is one standard error.
              swiftlet perplexity small.gguf --reference large.gguf
              swiftlet perplexity --compare f16.gguf q8_0.gguf q4_0.gguf --plot sizes.svg
            """,
        aliases: ["evaluate"])

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model.")
    var words: [String] = []

    @Option(name: .shortAndLong, help: "The text; - for standard input.")
    var file: String?

    @Option(help: ArgumentHelp("No more than so many windows.", valueName: "count"))
    var chunks: Int?

    @Option(
        help: ArgumentHelp(
            "Compare with this model's predictions, or in --compare hold all against it.", valueName: "model"))
    var reference: String?

    @Option(help: ArgumentHelp("Keep the predictions, in llama.cpp's format.", valueName: "file"))
    var saveLogits: String?

    @Option(
        help: ArgumentHelp(
            "Compare with predictions that were kept, over the text that they were kept of.", valueName: "file"))
    var referenceLogits: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("A table of several models, held against the first.", valueName: "model"))
    var compare: [String] = []

    @Option(help: ArgumentHelp("With --compare, draw size and loss.", valueName: "file.svg"))
    var plot: String?

    @Flag(help: "Write one JSON object; with --compare one a line.")
    var json = false

    @Flag(help: "Write the text that is taken where none is given, and nothing else.")
    var printText = false

    @OptionGroup(title: "Loading") var load: LoadArguments

    func validate() throws {
        let window = windowTokens
        guard window >= TextWindows.shortest else {
            throw ValidationError("--context must be at least \(TextWindows.shortest).")
        }
        if let chunks, chunks < 1 { throw ValidationError("--chunks must be at least 1.") }
        if reference != nil, referenceLogits != nil {
            throw ValidationError("--reference and --reference-logits exclude each other.")
        }
        if referenceLogits != nil, file != nil || chunks != nil || load.context != 0 || saveLogits != nil {
            throw ValidationError(
                "--reference-logits brings its own text: it goes with none of --file, --chunks, --context and --save-logits."
            )
        }
        if compare.isEmpty, plot != nil { throw ValidationError("--plot draws what --compare compares.") }
        if !compare.isEmpty, saveLogits != nil || !words.isEmpty || model.named != nil {
            throw ValidationError("--compare names its models: it goes with no other and not with --save-logits.")
        }
    }

    /// Tokens of a window, where the reference does not bring them.
    private var windowTokens: Int { load.context == 0 ? 512 : load.context }

    func run() async throws {
        if printText { return try StandardOutput.write(EvaluationText.builtIn.text) }
        for path in [saveLogits, plot].compactMap({ $0 }) { try OutputFile.check(path) }
        let models = compare.isEmpty ? [try model.resolve(words, maximumOthers: 0).model] : compare
        // What is not there had better be known before the first model is measured.
        for name in models + [reference].compactMap({ $0 }) { _ = try ModelLocation.find(name) }
        let window = try referenceLogits.map { try LogitFileReader($0).length } ?? windowTokens
        var load = load
        load.context = window
        let job = PerplexityJob(
            models: models, text: try file.map { try EvaluationText(file: $0) } ?? .builtIn, windowTokens: window,
            maximumWindows: chunks, load: load, reference: jobReference, saveLogits: saveLogits,
            measuresGeneration: !compare.isEmpty)
        let (json, isComparison) = (json, !compare.isEmpty)
        let results = try await stoppable { try await Self.report(job, json: json, asTable: isComparison) }
        if let plot {
            guard let picture = TradeOffPlot(results) else {
                throw Failure(.failure, "\(plot): no two models have a loss to draw")
            }
            try OutputFile.write(picture.svg, to: plot)
        }
    }

    private var jobReference: PerplexityJob.Reference {
        if let reference { return .model(reference) }
        if let referenceLogits { return .logits(referenceLogits) }
        return compare.isEmpty ? .none : .first
    }

    /// Runs a job and writes each result as soon as it is there.
    private static func report(_ job: PerplexityJob, json: Bool, asTable: Bool) async throws -> [PerplexityResult] {
        let table = TradeOffTable(models: try job.models.map { try ModelLocation.resolve($0).lastPathComponent })
        var results: [PerplexityResult] = []
        try await job.run { result in
            if json {
                try StandardOutput.writeLine(result.report.line)
            } else if asTable {
                if results.isEmpty {
                    try StandardOutput.writeLine("\(result.text): \(PerplexityResult.coverage(result.windows))\n")
                    try StandardOutput.writeLine(table.header)
                }
                try StandardOutput.writeLine(table.line(result))
            } else {
                try StandardOutput.writeLine(result.lines.joined(separator: "\n"))
            }
            results.append(result)
        }
        return results
    }
}

extension String {
    /// What stands behind the last slash.
    fileprivate var lastPathComponent: String { split(separator: "/").last.map(String.init) ?? self }
}
