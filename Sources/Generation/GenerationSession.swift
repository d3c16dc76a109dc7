import Dispatch
public import Inference
import Synchronization

/// Where the sessions of one backend take turns.
///
/// A backend is driven by one caller at a time, and a forward pass blocks for milliseconds to minutes, which would
/// starve Swift's cooperative threads. So passes run on a serial queue: one for each backend, shared by its sessions.
/// (An actor with a custom executor would do the same, at the price of `unsafe` code.)
public final class GenerationQueue: Sendable {
    let queue = DispatchQueue(label: "swiftlet.generation", qos: .userInitiated)

    public init() {}
}

/// One sequence, its cache and the text made from it, for concurrent programs.
public final class GenerationSession: Sendable {
    public let properties: ModelProperties
    private let queue: DispatchQueue
    private let state: Mutex<State>
    private let interrupt: @Sendable () -> Void

    /// - Parameter queue: the same one for all sessions of a backend; they take turns at every token and every chunk.
    public init(backend: any InferenceBackend, queue: GenerationQueue = GenerationQueue()) throws(GenerationError) {
        self.queue = queue.queue
        properties = backend.properties
        let generator = try TokenGenerator(backend: backend)
        interrupt = generator.interruption
        state = Mutex(State(generator: generator))
    }

    // MARK: Making answers

    /// Starts an answer to `prompt`. Of the cache, the longest common beginning is kept.
    ///
    /// An answer that was being made on this session is given up; its stream throws ``GenerationError/superseded``.
    ///
    /// - Parameters:
    ///   - prompt: all token ids from the first position on.
    ///   - endTokens: the ids that end the model's turn.
    ///   - decoder: turns the answer's ids into text.
    public func stream(
        prompt: [Int], options: GenerationOptions, endTokens: Set<Int>, decoder: any TextDecoder
    ) async throws(GenerationError) -> TextStream {
        let answer = try await perform { state throws(GenerationError) in
            try state.start(prompt: prompt, options: options, endTokens: endTokens, decoder: decoder)
        }
        return TextStream(session: self, answer: answer)
    }

    func nextEvent(ofAnswer answer: Int) async throws(GenerationError) -> TextEvent? {
        while true {
            let isCancelled = Task.isCancelled
            // A pass may take seconds: whoever goes away meanwhile does not wait for its end.
            let result = await withTaskCancellationHandler {
                await read { state -> Result<State.Outcome, GenerationError> in
                    do throws(GenerationError) {
                        return .success(try state.advance(answer: answer, isCancelled: isCancelled))
                    } catch {
                        return .failure(error)
                    }
                }
            } onCancel: {
                interrupt()
            }
            switch try result.get() {
            case .event(let event): return event
            case .nothingYet: continue
            case .over: return nil
            }
        }
    }

    // MARK: The tokens

    /// Prompt and answer so far, the end token included.
    public var tokens: [Int] {
        get async { await read { $0.generator.tokens } }
    }

    /// Forgets all tokens from `count` on, and the answer that was being made.
    public func truncate(to count: Int) async {
        await read { state in
            state.abandon()
            state.generator.truncate(to: count)
        }
    }

    // MARK: The queue

    private func read<Result: Sendable>(_ body: @escaping @Sendable (inout State) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.state.withLock { body(&$0) }) }
        }
    }

    private func perform<Success: Sendable>(
        _ body: @escaping @Sendable (inout State) throws(GenerationError) -> Success
    ) async throws(GenerationError) -> Success {
        try await read { state -> Result<Success, GenerationError> in
            do throws(GenerationError) { return .success(try body(&state)) } catch { return .failure(error) }
        }.get()
    }
}

/// What the queue of a session guards.
private struct State: ~Copyable, Sendable {
    enum Outcome: Sendable {
        case event(TextEvent)
        /// A token was drawn, but its text is not whole yet.
        case nothingYet
        case over
    }

    var generator: TokenGenerator
    /// Number of the answer being made.
    private var current = 0
    private var text: AnswerText?
    private var isOver = true

    init(generator: consuming TokenGenerator) {
        self.generator = generator
    }

    mutating func start(
        prompt: [Int], options: GenerationOptions, endTokens: Set<Int>, decoder: any TextDecoder
    ) throws(GenerationError) -> Int {
        guard !prompt.isEmpty else { throw .emptyPrompt }
        try options.validate()
        try generator.setPrompt(prompt)
        try generator.begin(options: options, endTokens: endTokens)
        abandon()
        text = AnswerText(decoder: decoder, stopStrings: options.stopStrings)
        isOver = false
        return current
    }

    mutating func abandon() {
        current += 1
        text = nil
        isOver = true
    }

    mutating func advance(answer: Int, isCancelled: Bool) throws(GenerationError) -> Outcome {
        guard answer == current, var text = self.text.take() else { throw .superseded }
        defer { self.text = text }
        guard !isOver else { return .over }
        if isCancelled { generator.finish(.cancelled) }

        let step: TokenGenerator.Step
        do { step = try generator.step() } catch {
            isOver = true
            throw error
        }
        switch step {
        case .prefilled(let progress):
            return .event(.prefill(progress))
        case .token(let token):
            let delta = text.append(token, isEnd: generator.finishReason == .stop)
            if text.stopString != nil { generator.finish(.stop) }
            return delta.map { .event(.text($0)) } ?? .nothingYet
        case .finished(let reason):
            // First what was held back, then, asked again, the summary.
            if let delta = text.finish() { return .event(.text(delta)) }
            isOver = true
            return .event(.finished(completion(text, reason)))
        }
    }

    private func completion(_ text: AnswerText, _ reason: FinishReason) -> Completion {
        Completion(
            text: text.text, tokens: text.tokens, finishReason: text.stopString == nil ? reason : .stop,
            stopString: text.stopString, usage: generator.usage, timings: generator.timings,
            seed: generator.seed)
    }
}
