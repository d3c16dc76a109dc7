/// Why an answer ended.
public enum FinishReason: String, Sendable, Equatable {
    /// An end token or a stop string.
    case stop
    /// ``GenerationOptions/maxTokens`` was reached.
    case length
    /// The context is full.
    case context
    /// The task was cancelled.
    case cancelled
}

/// How far the tokens before the next draw have gone through the model.
public struct PrefillProgress: Sendable, Equatable {
    /// Tokens that are in the cache.
    public let completed: Int
    /// Tokens that must be, before the next one can be drawn.
    public let total: Int

    public init(completed: Int, total: Int) {
        self.completed = completed
        self.total = total
    }
}

/// A token that was drawn.
public struct GeneratedToken: Sendable, Equatable {
    public let id: Int
    /// There if ``GenerationOptions/logProbabilities`` asked for it.
    public let logProbabilities: LogProbabilities?

    public init(id: Int, logProbabilities: LogProbabilities? = nil) {
        self.id = id
        self.logProbabilities = logProbabilities
    }
}

/// What an answer cost, in tokens.
public struct Usage: Sendable, Equatable {
    /// Tokens before the answer, those from the cache included.
    public var promptTokens = 0
    /// Tokens of the prompt that the cache held already.
    public var cachedTokens = 0
    /// Tokens drawn, the end token included.
    public var generatedTokens = 0

    public init() {}
}

/// What an answer cost, in seconds of computing; time in which nobody asked for the next token is not counted.
public struct Timings: Sendable, Equatable {
    public var prefillSeconds = 0.0
    public var decodeSeconds = 0.0
    /// From the start to the first token.
    public var timeToFirstTokenSeconds: Double?

    public init() {}
}

/// A whole answer, once it ended.
public struct Completion: Sendable, Equatable {
    public var text: String
    /// What was drawn, the end token included.
    public var tokens: [GeneratedToken]
    public var finishReason: FinishReason
    /// The stop string that ended the answer, if one did.
    public var stopString: String?
    public var usage: Usage
    public var timings: Timings
    /// The seed that repeats this answer.
    public var seed: UInt64
}
