import ArgumentParser
import Foundation

/// The model a command works on, as users name it: positional, `--model`, or `SWIFTLET_MODEL`.
///
/// `swiftlet run MODEL PROMPT` and `swiftlet run --model MODEL PROMPT` mean the same, so a command that takes more
/// words hands them over and ``resolve(_:)`` says which one is the model.
struct ModelArgument: ParsableArguments {
    static let environmentVariable = "SWIFTLET_MODEL"

    @Option(
        name: [.customShort("m"), .customLong("model")],
        help: ArgumentHelp(
            "A GGUF file, a Hugging Face folder, or a name; \(environmentVariable) where nothing is given.",
            valueName: "model"))
    var named: String?

    /// Tells the model from the other words.
    ///
    /// - Parameters:
    ///   - words: the positional words, in order.
    ///   - maximumOthers: how many words may stand there besides the model.
    func resolve(_ words: [String], maximumOthers: Int) throws -> (model: String, others: [String]) {
        let environment = ProcessInfo.processInfo.environment[Self.environmentVariable].flatMap {
            $0.isEmpty ? nil : $0
        }
        let resolved: (model: String, others: [String])
        if let named {
            resolved = (named, words)
        } else if let environment, words.count <= maximumOthers {
            resolved = (environment, words)
        } else if let first = words.first {
            resolved = (first, Array(words.dropFirst()))
        } else {
            throw ValidationError("Name a model: as the first word, with --model, or in \(Self.environmentVariable).")
        }
        guard resolved.others.count <= maximumOthers else {
            throw ValidationError(
                "Unexpected argument '\(resolved.others[maximumOthers])'; quote a prompt of many words.")
        }
        return resolved
    }
}
