import ArgumentParser
import Generation

/// How tokens are drawn and when an answer ends. Ranges are proven by `GenerationOptions.validate()`.
struct SamplingArguments: ParsableArguments {
    @Option(name: [.customShort("n"), .long], help: "The most tokens to generate.")
    var maxTokens: Int?

    @Flag(help: "Take the most probable token at every step.")
    var greedy = false

    @Option(
        name: [.customLong("temp"), .customLong("temperature")],
        help: "Divides the logits before the draw; 0 is greedy.")
    var temperature: Double?

    @Option(help: "Draw among this many of the most probable tokens; 0 for all.")
    var topK: Int?

    @Option(help: "Draw among the most probable tokens up to this sum of probabilities.")
    var topP: Double?

    @Option(help: "Draw among tokens at least this fraction as probable as the best.")
    var minP: Double?

    @Option(help: "Makes tokens seen lately less probable; 1 changes nothing.")
    var repeatPenalty: Double?

    @Option(help: "How many of the last tokens the penalties look at; 0 for all.")
    var repeatLastN: Int?

    @Option(help: "Taken once from the logit of each token seen lately.")
    var presencePenalty: Double?

    @Option(help: "Taken from the logit of each token seen lately as often as it was seen.")
    var frequencyPenalty: Double?

    @Option(help: "Repeats the draws of an answer; --json tells which seed was used.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Text that ends the answer and is no part of it; may be repeated.", valueName: "text"))
    var stop: [String] = []

    @Flag(name: [.long, .customLong("ignore-eos")], help: "Go on past the model's own end tokens.")
    var ignoreEnd = false

    func validate() throws {
        guard !greedy || temperature ?? 0 == 0 else { throw ValidationError("--greedy and --temp exclude each other.") }
    }

    /// These choices over a command's own defaults.
    func options(over defaults: GenerationOptions) throws -> GenerationOptions {
        var options = defaults
        if let maxTokens { options.maxTokens = maxTokens }
        if let temperature { options.temperature = temperature }
        if greedy { options.temperature = 0 }
        if let topK { options.topK = topK }
        if let topP { options.topP = topP }
        if let minP { options.minP = minP }
        if let repeatPenalty { options.repetitionPenalty = repeatPenalty }
        if let repeatLastN { options.penaltyWindow = repeatLastN == 0 ? nil : repeatLastN }
        if let presencePenalty { options.presencePenalty = presencePenalty }
        if let frequencyPenalty { options.frequencyPenalty = frequencyPenalty }
        if let seed { options.seed = seed }
        options.stopStrings += stop
        options.ignoresEnd = ignoreEnd
        try options.validate()
        return options
    }
}
