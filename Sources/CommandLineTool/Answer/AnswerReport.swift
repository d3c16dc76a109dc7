import Generation
import Swiftlet

/// The one object that `--json` writes; its names are a contract, see the README of this folder.
struct AnswerReport {
    let completion: Completion
    let promptIDs: [Int]
    let model: LanguageModel
    let loadSeconds: Double

    init(_ completion: Completion, promptIDs: [Int], of loaded: LoadedModel) {
        self.completion = completion
        self.promptIDs = promptIDs
        model = loaded.model
        loadSeconds = loaded.seconds
    }

    var report: Report {
        let ids = completion.tokens.map(\.id)
        var members: [(name: String, value: Report)] = [
            ("text", .string(completion.text)),
            ("tokens", .ids(ids)),
            ("ids", .ids(ids)),
            ("prompt_ids", .ids(promptIDs)),
            ("finish_reason", .string(completion.finishReason.rawValue)),
            ("stop_string", .optional(completion.stopString)),
            ("usage", usage),
            ("timings", timings),
            ("seed", .unsigned(completion.seed)),
            ("model", .string(model.name)),
            ("engine", .string(model.backend.properties.engine)),
        ]
        let logProbabilities = completion.tokens.compactMap(\.logProbabilities)
        if !logProbabilities.isEmpty { members.append(("logprobs", .array(logProbabilities.map(entry)))) }
        return .object(members)
    }

    private var usage: Report {
        let usage = completion.usage
        return [
            "prompt_tokens": .integer(usage.promptTokens),
            "completion_tokens": .integer(usage.generatedTokens),
            "total_tokens": .integer(usage.promptTokens + usage.generatedTokens),
            "prompt_tokens_details": ["cached_tokens": .integer(usage.cachedTokens)],
        ]
    }

    /// llama-server's names, and what it does not tell.
    private var timings: Report {
        let timings = completion.timings
        return [
            "load_ms": milliseconds(loadSeconds),
            "prompt_n": .integer(completion.computedPromptTokens),
            "prompt_ms": milliseconds(timings.prefillSeconds),
            "prompt_per_second": .number(completion.prefillRate, digits: 2),
            "predicted_n": .integer(completion.usage.generatedTokens),
            "predicted_ms": milliseconds(timings.decodeSeconds),
            "predicted_per_second": .number(completion.decodeRate, digits: 2),
            "first_token_ms": timings.timeToFirstTokenSeconds.map(milliseconds) ?? .null,
        ]
    }

    private func milliseconds(_ seconds: Double) -> Report { .number(seconds * 1000, digits: 3) }

    private func entry(_ probabilities: LogProbabilities) -> Report {
        .object(
            entryMembers(probabilities.chosen) + [("top", .array(probabilities.top.map { .object(entryMembers($0)) }))])
    }

    private func entryMembers(_ token: TokenProbability) -> [(name: String, value: Report)] {
        [
            ("id", .integer(token.id)), ("token", .string(model.tokenizer.decode([token.id]))),
            ("logprob", .number(token.logProbability, digits: 6)),
        ]
    }
}
