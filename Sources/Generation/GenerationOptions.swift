/// How tokens are drawn and when generation stops. The default is greedy, until the model's end token.
public struct GenerationOptions: Sendable, Equatable {
    // MARK: Drawing

    /// Divides the logits before the draw; 0 takes the most probable token (greedy).
    public var temperature: Double
    /// Keeps this many of the most probable tokens; 0 keeps all.
    public var topK: Int
    /// Keeps the most probable tokens until their probabilities reach this sum; 1 keeps all.
    public var topP: Double
    /// Keeps tokens at least this fraction as probable as the most probable one; 0 keeps all.
    public var minP: Double
    /// Makes the draws repeatable; nil takes a random seed, which ``Completion/seed`` tells.
    public var seed: UInt64?

    // MARK: Penalties and bias

    /// Divides the positive and multiplies the negative logits of tokens seen lately; 1 changes nothing.
    public var repetitionPenalty: Double
    /// Taken once from the logit of each token seen lately.
    public var presencePenalty: Double
    /// Taken from the logit of each token seen lately as many times as it was seen.
    public var frequencyPenalty: Double
    /// How many of the last tokens, prompt and answer, the three penalties look at; nil for all.
    public var penaltyWindow: Int?
    /// Added to the logits of these token ids before anything else.
    public var logitBias: [Int: Float]

    // MARK: Stopping

    /// The most tokens to generate; nil goes on until an end token or the end of the context.
    public var maxTokens: Int?
    /// Texts that end the answer; they are not part of it.
    public var stopStrings: [String]
    /// Token ids that end the answer besides the model's own end tokens.
    public var stopTokens: Set<Int>
    /// Goes on past the model's own end tokens; ``stopTokens`` and ``stopStrings`` still hold.
    public var ignoresEnd: Bool

    // MARK: Reporting

    /// How many of the most probable tokens to report for each position beside the one taken; nil reports nothing.
    public var logProbabilities: Int?

    public init(
        temperature: Double = 0, topK: Int = 0, topP: Double = 1, minP: Double = 0, seed: UInt64? = nil,
        repetitionPenalty: Double = 1, presencePenalty: Double = 0, frequencyPenalty: Double = 0,
        penaltyWindow: Int? = 64, logitBias: [Int: Float] = [:], maxTokens: Int? = nil, stopStrings: [String] = [],
        stopTokens: Set<Int> = [], ignoresEnd: Bool = false, logProbabilities: Int? = nil
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.seed = seed
        self.repetitionPenalty = repetitionPenalty
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.penaltyWindow = penaltyWindow
        self.logitBias = logitBias
        self.maxTokens = maxTokens
        self.stopStrings = stopStrings
        self.stopTokens = stopTokens
        self.ignoresEnd = ignoresEnd
        self.logProbabilities = logProbabilities
    }

    /// The most probable token at every step, for what must be repeatable.
    public static let greedy = GenerationOptions()
    /// A little freedom, for conversation: temperature 0.7, top-p 0.9.
    public static let chat = GenerationOptions(temperature: 0.7, topP: 0.9)
}
