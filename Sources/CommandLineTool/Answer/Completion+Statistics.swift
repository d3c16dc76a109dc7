import Generation

extension Completion {
    /// Tokens of the prompt that were computed and not taken from the cache.
    var computedPromptTokens: Int { max(0, usage.promptTokens - usage.cachedTokens) }

    var prefillRate: Double { Double(computedPromptTokens) / timings.prefillSeconds }

    /// The first token comes out of the prefill, so one less than were drawn.
    var decodeRate: Double { Double(max(0, usage.generatedTokens - 1)) / timings.decodeSeconds }

    /// One line for a person.
    var statistics: String {
        var parts = ["prompt \(usage.promptTokens) tokens"]
        if usage.cachedTokens > 0 { parts[0] += " (\(usage.cachedTokens) cached)" }
        if computedPromptTokens > 0, timings.prefillSeconds > 0 {
            parts[0] += ", \(fixed(prefillRate, digits: 1)) tok/s"
        }
        var answer = "answer \(usage.generatedTokens) tokens"
        if usage.generatedTokens > 1, timings.decodeSeconds > 0 { answer += ", \(fixed(decodeRate, digits: 1)) tok/s" }
        parts.append(answer)
        if let first = timings.timeToFirstTokenSeconds {
            parts.append("first token after \(fixed(first, digits: 2)) s")
        }
        parts.append(finishReason.explanation)
        return parts.joined(separator: " · ")
    }
}

extension FinishReason {
    /// What a person may want to do something about.
    var explanation: String {
        switch self {
        case .stop: "finished"
        case .length: "cut at --max-tokens"
        case .context: "cut at the end of the context"
        case .cancelled: "stopped"
        }
    }
}
