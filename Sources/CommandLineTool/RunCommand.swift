import ArgumentParser
import Generation
import Swiftlet
import Tokenizers

/// `swiftlet run`: one prompt, one answer, streamed to standard output.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Answers one prompt.",
        discussion: """
            The prompt is put into the model's chat format; --raw completes the bare text instead, and --ids takes
            token ids as they are. Greedy and at most 512 tokens unless told otherwise.
            """)

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model, then the prompt. Standard input, if it is no terminal, is put after it.")
    var words: [String] = []

    @Option(name: .shortAndLong, help: "A file with the prompt; - for standard input.")
    var file: String?

    @Option(name: .shortAndLong, help: "The system message.")
    var system: String?

    @Flag(help: "Complete the bare prompt, without a chat format.")
    var raw = false

    @Option(
        help: ArgumentHelp(
            "A file with a JSON list of token ids as the prompt; - for standard input.", valueName: "file"))
    var ids: String?

    @Flag(help: "Write one JSON object instead of the text.")
    var json = false

    @Option(help: "With --json, the log-probabilities of each token and of this many of the best.")
    var logprobs: Int?

    @Option(
        help: ArgumentHelp(
            "Where the time goes, by operation: - for a table on standard error, else a Chrome trace in this file; may be repeated.",
            valueName: "file"))
    var profile: [String] = []

    @OptionGroup(title: "Sampling") var sampling: SamplingArguments
    @OptionGroup(title: "Loading") var load: LoadArguments

    func validate() throws {
        if ids != nil, raw || system != nil || file != nil {
            throw ValidationError("--ids is the whole prompt: it goes with none of --raw, --system and --file.")
        }
        if raw, system != nil { throw ValidationError("--raw has no chat format that --system could go into.") }
    }

    func run() async throws {
        let (name, others) = try model.resolve(words, maximumOthers: ids == nil ? 1 : 0)
        try ProfileSession.check(profile)
        let options = try sampling.options(
            over: GenerationOptions(maxTokens: 512, logProbabilities: json ? logprobs : nil))
        let prompt = ids == nil ? try PromptSource(words: others.first, file: file).text() : nil
        let listed = try ids.map { try TokenIDs.list(try TextFile.json($0), file: TextFile.name($0), field: "ids") }
        let loaded = try await LoadedModel(name, load)
        let promptIDs = try listed.map { try checked($0, loaded.model) } ?? encoded(prompt ?? "", loaded.model)

        let printer = AnswerPrinter(printsText: !json)
        let answer = { @Sendable in
            try await printer.print(try await loaded.model.complete(promptIDs, options: options))
        }
        let session = try ProfileSession(profile, on: loaded.model.backend)
        // Only with these is there something left to write once the answer is stopped.
        let completion = try await json || session != nil ? stoppable(answer) : answer()
        let recorded = session?.stop(promptTokens: completion.usage.promptTokens - completion.usage.cachedTokens)
        if json {
            let report = AnswerReport(completion, promptIDs: promptIDs, of: loaded)
            try StandardOutput.writeLine(report.report.line)
        } else {
            if StandardOutput.isTerminal, !completion.text.hasSuffix("\n") { try StandardOutput.write("\n") }
            if StandardError.isTerminal { StandardError.writeLine(completion.statistics) }
        }
        try recorded?.write()
        if completion.finishReason == .cancelled { throw Failure(.interrupted) }
    }

    private func checked(_ ids: [Int], _ model: LanguageModel) throws -> [Int] {
        try TokenIDs.check(
            ids, vocabularySize: model.vocabularySize, file: TextFile.name(self.ids ?? "-"), field: "ids")
        return ids
    }

    private func encoded(_ prompt: String, _ model: LanguageModel) throws -> [Int] {
        if raw { return model.encode(prompt) }
        return try model.encode((system.map { [.system($0)] } ?? []) + [.user(prompt)])
    }
}
