/// Why a model or a conversation cannot do what was asked, beyond what is wrong with a file (`InputError`), the
/// machine (`ComputeError`) or an answer (`GenerationError`).
public enum LanguageModelError: Error, Equatable, Sendable {
    /// Weights and cache would take more than 90 % of the memory that is free.
    case notEnoughMemory(weightBytes: Int, cacheBytes: Int, contextTokens: Int, availableBytes: Int)
    /// A context was asked for that the model was not made for.
    case contextTooLong(requested: Int, limit: Int)
    /// The tokenizer and the weights do not belong together.
    case vocabularyMismatch(tokenizer: Int, model: Int)
    /// The model has no chat template, or one that Swiftlet does not know.
    case noChatFormat(model: String, reason: String)
    /// A conversation that was kept belongs to another kind of model.
    case foreignTranscript(found: String, expected: String)
    /// There is no answer that could be made again.
    case nothingToRegenerate
    /// Another answer of the same conversation is just being started.
    case busy
}

extension LanguageModelError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notEnoughMemory(let weights, let cache, let tokens, let available):
            "not enough memory: the weights take \(mebibytes(weights)), the cache of \(tokens) tokens "
                + "\(mebibytes(cache)), together more than 90 % of the \(mebibytes(available)) that are free"
        case .contextTooLong(let requested, let limit):
            "a context of \(requested) tokens was asked for, the model was made for \(limit)"
        case .vocabularyMismatch(let tokenizer, let model):
            "the tokenizer has \(tokenizer) tokens, the model only \(model)"
        case .noChatFormat(let model, let reason):
            "\(model) cannot chat: \(reason)"
        case .foreignTranscript(let found, let expected):
            "the conversation was made with \(found); this model has \(expected)"
        case .nothingToRegenerate:
            "there is no answer to make again"
        case .busy:
            "another answer is just being started"
        }
    }

    private func mebibytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }
}
