public import Inference

/// The step level: one sequence of a backend, driven token by token on the caller's thread.
///
///     var generator = try TokenGenerator(backend: backend)
///     try generator.append(ids)
///     try generator.begin(options: options, endTokens: [2])
///     while let token = try generator.nextToken() { … }
///
/// ``tokens`` is what the sequence should hold; the sequence's own `count` is how far the cache got. Whatever
/// separates the two (a new prompt, the last token drawn, a LongRoPE crossing that emptied the cache) is computed
/// before the next draw, in chunks. It knows ids only; ``GenerationSession`` adds text and leaves the caller's thread free.
public struct TokenGenerator: ~Copyable, Sendable {
    /// What one step did.
    public enum Step: Sendable, Equatable {
        /// A chunk of tokens went through the model; none was drawn.
        case prefilled(PrefillProgress)
        case token(GeneratedToken)
        case finished(FinishReason)
    }

    public let properties: ModelProperties
    /// Prompt and drawn tokens, the end token included.
    public private(set) var tokens: [Int] = []
    public private(set) var usage = Usage()
    public private(set) var timings = Timings()
    public private(set) var finishReason: FinishReason?
    public var isFinished: Bool { finishReason != nil }
    public var seed: UInt64 { sampler.seed }

    private let backend: any InferenceBackend
    private let sequence: any InferenceSequence
    private let logits: LogitRows
    /// Whether `logits` holds the row behind the last of `tokens`.
    private var hasLogits = false
    private var options: GenerationOptions
    private var endTokens: Set<Int> = []
    private var sampler: Sampler
    private var start = ContinuousClock.now
    private var knowsCached = false

    public init(backend: any InferenceBackend) throws(GenerationError) {
        let sequence: any InferenceSequence
        do { sequence = try backend.makeSequence() } catch { throw .inference(error) }
        self.init(backend: backend, sequence: sequence, sampler: try Sampler(options: .greedy))
    }

    /// Apart, because a value that cannot be copied must not be left half made.
    private init(backend: any InferenceBackend, sequence: any InferenceSequence, sampler: Sampler) {
        self.backend = backend
        self.sequence = sequence
        self.sampler = sampler
        properties = backend.properties
        logits = LogitRows(vocabularySize: backend.properties.vocabularySize)
        options = .greedy
    }

    // MARK: The prompt

    /// Puts ids behind what is there. They are computed when the next token is asked for.
    public mutating func append(_ ids: [Int]) throws(GenerationError) {
        try check(ids, total: tokens.count + ids.count)
        guard !ids.isEmpty else { return }
        tokens.append(contentsOf: ids)
        hasLogits = false
    }

    /// Replaces all tokens, keeping the cache of the longest common beginning.
    public mutating func setPrompt(_ ids: [Int]) throws(GenerationError) {
        try check(ids, total: ids.count)
        let common = zip(tokens, ids).prefix { $0 == $1 }.count
        truncate(to: common)
        try append(Array(ids[common...]))
    }

    /// Forgets all tokens from `count` on.
    public mutating func truncate(to count: Int) {
        guard count < tokens.count else { return }
        tokens.removeSubrange(max(0, count)...)
        hasLogits = false
        if sequence.count > tokens.count { sequence.truncate(to: tokens.count) }
    }

    private func check(_ ids: [Int], total: Int) throws(GenerationError) {
        guard total <= properties.contextTokens else {
            throw .inference(.contextExceeded(requested: total, limit: properties.contextTokens))
        }
        for id in ids where !(0..<properties.vocabularySize).contains(id) {
            throw .inference(.tokenOutOfRange(id: id, vocabularySize: properties.vocabularySize))
        }
    }

    // MARK: The answer

    /// Starts an answer to the tokens that are there.
    ///
    /// - Parameter endTokens: the ids that end the model's turn.
    public mutating func begin(options: GenerationOptions, endTokens: Set<Int>) throws(GenerationError) {
        sampler = try Sampler(options: options)
        self.options = options
        self.endTokens = options.ignoresEnd ? options.stopTokens : options.stopTokens.union(endTokens)
        usage = Usage()
        usage.promptTokens = tokens.count
        timings = Timings()
        finishReason = nil
        knowsCached = false
        start = .now
    }

    /// Ends the answer from outside: a stop string was found (which outweighs that the length was reached, too), or
    /// the task was cancelled.
    public mutating func finish(_ reason: FinishReason) {
        if finishReason == nil || reason == .stop { finishReason = reason }
    }

    /// The next token, nil once the answer is finished. A cancelled task finishes it between two chunks.
    public mutating func nextToken(
        onPrefill: (PrefillProgress) -> Void = { _ in }
    ) throws(GenerationError) -> GeneratedToken? {
        while true {
            if Task.isCancelled { finish(.cancelled) }
            switch try step() {
            case .prefilled(let progress): onPrefill(progress)
            case .token(let token): return token
            case .finished: return nil
            }
        }
    }

    /// Does the least that can be interrupted: one chunk through the model, or one token.
    public mutating func step() throws(GenerationError) -> Step {
        if let finishReason { return .finished(finishReason) }
        let begin = ContinuousClock.now
        let isPrefill = usage.generatedTokens == 0
        defer {
            let seconds = (ContinuousClock.now - begin) / .seconds(1)
            if isPrefill { timings.prefillSeconds += seconds } else { timings.decodeSeconds += seconds }
        }
        if !hasLogits {
            guard let (progress, chunk) = try computeChunk() else {
                finish(.cancelled)
                return .finished(.cancelled)
            }
            if isPrefill || chunk > 1 || !hasLogits { return .prefilled(progress) }
        }
        return .token(try draw())
    }

    /// Breaks off the pass that is under way on another thread, where the backend can do so; the answer is then over.
    var interruption: @Sendable () -> Void { { [sequence] in sequence.interrupt() } }

    /// Runs the next chunk of tokens that the cache lacks; nil where it was broken off.
    private mutating func computeChunk() throws(GenerationError) -> (progress: PrefillProgress, tokens: Int)? {
        guard !tokens.isEmpty else { throw .emptyPrompt }
        do throws(InferenceError) {
            var position = try sequence.reserve(totalTokens: tokens.count)
            if position == tokens.count {
                // All keys are there but the logits are not: the last token must run again to give them.
                sequence.truncate(to: tokens.count - 1)
                position = try sequence.reserve(totalTokens: tokens.count)
            }
            if !knowsCached {
                knowsCached = true
                usage.cachedTokens = position
            }
            let end = min(position + properties.prefillChunkTokens, tokens.count)
            let slice = SequenceSlice(
                sequence: sequence, tokens: tokens[position..<end], logits: end == tokens.count ? .last : .none)
            try backend.forward([slice], into: logits)
            hasLogits = end == tokens.count
            return (PrefillProgress(completed: end, total: tokens.count), end - position)
        } catch {
            if error == .interrupted { return nil }
            throw .inference(error)
        }
    }

    private mutating func draw() throws(GenerationError) -> GeneratedToken {
        let row = logits.row(0)
        let id = try sampler.sample(row, after: tokens)
        let token = GeneratedToken(
            id: id,
            logProbabilities: options.logProbabilities.map { LogProbabilities(logits: row, chosen: id, topCount: $0) })
        tokens.append(id)
        hasLogits = false
        usage.generatedTokens += 1
        if timings.timeToFirstTokenSeconds == nil {
            timings.timeToFirstTokenSeconds = (ContinuousClock.now - start) / .seconds(1)
        }
        if endTokens.contains(id) {
            finishReason = .stop
        } else if usage.generatedTokens == options.maxTokens {
            finishReason = .length
        } else if tokens.count >= properties.contextTokens {
            finishReason = .context
        }
        return token
    }
}
