public import Generation
public import Tokenizers

/// A conversation with a model.
///
///     let model = try await LanguageModel.load("weights/SmolLM2-135M-Instruct.Q4_1.gguf")
///     let chat = try ChatSession(model: model, instructions: "You are brief.")
///     print(try await chat.respond(to: "What is the capital of France?"))
///     for try await text in chat.streamResponse(to: "And of Italy?") { print(text, terminator: "") }
///
/// The cache is kept from turn to turn: a turn appends ids to those that are there and computes only the new ones.
/// Joined text is never tokenised again.
public actor ChatSession {
    public nonisolated let model: LanguageModel
    /// How answers are drawn from now on.
    public private(set) var options: GenerationOptions
    /// What was said so far, without an answer that is being made.
    public private(set) var transcript: ChatTranscript

    private let format: ChatFormat
    /// The token that closes a turn.
    private let closingID: Int?
    private let generation: GenerationSession
    /// The turn whose answer is being made, or was given up by its reader.
    private var openTurn: OpenTurn?
    private var turnCount = 0
    private var isStarting = false

    private struct OpenTurn {
        let number: Int
        let question: String
        let questionIDs: [Int]
        /// Tokens before the answer.
        let promptCount: Int
    }

    /// - Parameter instructions: the system message; nil for what the chat format puts in its place.
    /// - Throws: ``LanguageModelError/noChatFormat(model:reason:)`` where the model was not made for chatting.
    public init(model: LanguageModel, instructions: String? = nil, options: GenerationOptions = .chat) throws {
        let format = try model.requireChatFormat()
        try self.init(
            model: model,
            transcript: ChatTranscript(
                chatFormat: format.name, vocabularySize: model.vocabularySize, instructions: instructions),
            options: options)
    }

    /// Goes on with a conversation that was kept; its ids are computed with the next question.
    ///
    /// - Throws: ``LanguageModelError/foreignTranscript(found:expected:)`` where another kind of model made it.
    public init(model: LanguageModel, transcript: ChatTranscript, options: GenerationOptions = .chat) throws {
        let format = try model.requireChatFormat()
        guard transcript.chatFormat == format.name, transcript.vocabularySize == model.vocabularySize else {
            throw LanguageModelError.foreignTranscript(
                found: "\(transcript.chatFormat), \(transcript.vocabularySize) tokens",
                expected: "\(format.name), \(model.vocabularySize) tokens")
        }
        try options.validate()
        self.model = model
        self.format = format
        closingID = format.endOfTurn.first.flatMap(model.tokenizer.id(of:))
        self.options = options
        self.transcript = transcript
        generation = try model.makeSession()
    }

    // MARK: Talking

    /// The whole answer.
    ///
    /// - Throws: `CancellationError` if the task is cancelled; what was said until then stays in the transcript.
    public func respond(to question: String) async throws -> String {
        let completion = try await streamEvents(to: question).completion()
        if completion.finishReason == .cancelled { throw CancellationError() }
        return completion.text
    }

    /// The answer piece by piece, as it is made. Nothing is computed before the first piece is asked for.
    public nonisolated func streamResponse(to question: String) -> ResponseStream {
        ResponseStream(events: streamEvents(to: question))
    }

    /// As ``streamResponse(to:)``, with progress, log-probabilities and the summary.
    public nonisolated func streamEvents(to question: String) -> ChatStream {
        ChatStream(chat: self, request: .question(question))
    }

    /// Makes the last answer again. With a seed, or greedily, it will be the same.
    public func regenerate() async throws -> String {
        try await streamRegeneration().completion().text
    }

    /// As ``regenerate()``, piece by piece.
    public nonisolated func streamRegeneration() -> ChatStream {
        ChatStream(chat: self, request: .regeneration)
    }

    // MARK: What was said

    /// The messages so far, the instructions first.
    public var history: [ChatMessage] {
        var messages = transcript.instructions.map { [ChatMessage.system($0)] } ?? []
        for turn in transcript.turns {
            messages.append(.user(turn.question))
            messages.append(.assistant(turn.answer))
        }
        return messages
    }

    /// Begins anew, with the same instructions. The cache of their ids is used again.
    public func reset() {
        reset(instructions: transcript.instructions)
    }

    /// Begins anew with other instructions.
    public func reset(instructions: String?) {
        openTurn = nil
        transcript = ChatTranscript(
            chatFormat: format.name, vocabularySize: model.vocabularySize, instructions: instructions)
    }

    public func setOptions(_ options: GenerationOptions) throws {
        try options.validate()
        self.options = options
    }

    // MARK: A turn

    enum Request: Sendable {
        case question(String)
        case regeneration
    }

    /// Begins a turn; its number says whom a summary belongs to.
    func start(_ request: Request) async throws -> (turn: Int, stream: TextStream) {
        guard !isStarting else { throw LanguageModelError.busy }
        isStarting = true
        defer { isStarting = false }
        if let openTurn { await settle(openTurn, nil) }

        let question: String
        let questionIDs: [Int]
        var earlier = transcript
        switch request {
        case .question(let text):
            question = text
            questionIDs = try ids(of: text)
        case .regeneration:
            guard let last = earlier.turns.popLast() else { throw LanguageModelError.nothingToRegenerate }
            question = last.question
            questionIDs = last.questionIDs
        }
        let prompt = earlier.ids + questionIDs
        let stream = try await generation.stream(
            prompt: prompt, options: options, endTokens: model.endTokens, decoder: StreamDecoder(model.tokenizer))
        transcript = earlier
        turnCount += 1
        openTurn = OpenTurn(
            number: turnCount, question: question, questionIDs: questionIDs, promptCount: prompt.count)
        return (turnCount, stream)
    }

    /// Writes a turn whose answer ended into the transcript.
    func finish(turn: Int, _ completion: Completion) async {
        if let openTurn, openTurn.number == turn { await settle(openTurn, completion) }
    }

    /// Writes a turn into the transcript, whether its answer ended or its reader went away (no summary).
    private func settle(_ turn: OpenTurn, _ completion: Completion?) async {
        openTurn = nil
        var answerIDs: [Int]
        if let completion {
            answerIDs = completion.tokens.map(\.id)
        } else {
            answerIDs = Array(await generation.tokens.dropFirst(turn.promptCount))
        }
        let answer = completion?.text ?? model.tokenizer.decode(answerIDs, skipSpecialTokens: true)
        // A model may end its turn with another token than the format closes turns with; only that one belongs there.
        if let last = answerIDs.last, last != closingID, model.endTokens.contains(last) { answerIDs.removeLast() }
        transcript.turns.append(
            ChatTranscript.Turn(
                question: turn.question, answer: answer,
                questionIDs: turn.questionIDs, answerIDs: answerIDs))
    }

    /// The ids that the next question adds to the sequence.
    private func ids(of question: String) throws -> [Int] {
        guard let last = transcript.turns.last else {
            return try format.ids(for: history + [.user(question)], using: model.tokenizer)
        }
        return try format.continuation(
            after: last.answerIDs.last, messages: [.user(question)], using: model.tokenizer)
    }
}
