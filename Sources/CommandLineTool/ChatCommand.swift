import ArgumentParser
import Foundation
import Generation
import Swiftlet
import Terminal

/// `swiftlet chat`: a conversation in the terminal, or line by line from a pipe.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talks with a model.",
        discussion: "Inside, /help lists the commands. Temperature 0.7 and top-p 0.9 unless told otherwise.")

    @OptionGroup var model: ModelArgument

    @Argument(help: "The model.")
    var words: [String] = []

    @Option(name: .shortAndLong, help: "The system message.")
    var system: String?

    @Flag(help: "Write each answer as one JSON object on a line of its own, as run does, instead of its text.")
    var json = false

    @Option(help: "With --json, the log-probabilities of each token and of this many of the best.")
    var logprobs: Int?

    @OptionGroup(title: "Sampling") var sampling: SamplingArguments
    @OptionGroup(title: "Loading") var load: LoadArguments

    func run() async throws {
        let (name, _) = try model.resolve(words, maximumOthers: 0)
        var defaults = GenerationOptions.chat
        defaults.logProbabilities = json ? logprobs : nil
        let options = try sampling.options(over: defaults)
        let loaded = try await LoadedModel(name, load)
        let session = try ChatSession(model: loaded.model, instructions: system, options: options)
        let loop = ChatLoop(session: session, editor: Self.editor(), reports: json ? loaded : nil)
        if loop.isInteractive {
            StandardError.writeLine(
                "\(loaded.model.name), context \(loaded.model.contextTokens) tokens; /help lists the commands, /exit leaves."
            )
        }
        try await loop.run()
    }

    /// An editor that remembers what was typed in `$XDG_STATE_HOME/swiftlet/history`.
    private static func editor() -> LineEditor {
        let environment = ProcessInfo.processInfo.environment
        let folder =
            environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? NSString(string: environment["HOME"] ?? NSHomeDirectory()).appendingPathComponent(".local/state")
        return LineEditor(historyPath: "\(folder)/swiftlet/history") { ChatInstruction.completions(of: $0) }
    }
}
