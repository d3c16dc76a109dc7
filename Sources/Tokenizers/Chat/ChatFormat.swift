/// How a model wants a conversation written.
///
/// Formats are Swift code: a template that comes with a model only picks one (``recognise(template:)``) and is never
/// run. What a format writes is told apart from what the messages say, so that no message becomes a control token.
public struct ChatFormat: Sendable {
    public let name: String
    /// The pieces that end the model's turn.
    public let endOfTurn: [String]
    /// What stands before the first turn. Gets the whole conversation.
    let opening: @Sendable ([ChatMessage]) -> [ChatSegment]
    /// One message; empty where the format leaves it out.
    let turn: @Sendable (ChatMessage) -> [ChatSegment]
    /// What follows the model's answer; begins with the first of ``endOfTurn``.
    package let closing: String
    /// What makes the model answer. Gets the last message.
    let generationPrompt: @Sendable (ChatMessage) -> String
    /// What stands at the end where no answer is asked for.
    let ending: String
    /// Whether ``opening`` takes up the system messages, so that none can come later.
    var hoistsSystemMessages = false

    /// The conversation as the model's own template writes it.
    public func render(
        _ messages: [ChatMessage], addGenerationPrompt: Bool = true
    ) throws(ChatFormatError) -> [ChatSegment] {
        guard let last = messages.last else { throw .emptyConversation }
        var segments = opening(messages)
        for message in messages { segments += turn(message) }
        segments.append(.control(addGenerationPrompt ? generationPrompt(last) : ending))
        return segments.filter { !$0.string.isEmpty }
    }

    /// The rendered conversation as one text, for people to read.
    public func renderedText(
        _ messages: [ChatMessage], addGenerationPrompt: Bool = true
    ) throws(ChatFormatError) -> String {
        try render(messages, addGenerationPrompt: addGenerationPrompt).map(\.string).joined()
    }

    /// The ids of a conversation.
    public func ids(
        for messages: [ChatMessage], addGenerationPrompt: Bool = true, using tokenizer: Tokenizer
    ) throws(ChatFormatError) -> [Int] {
        tokenizer.encode(try render(messages, addGenerationPrompt: addGenerationPrompt))
    }

    /// The ids that come after the model's answer: its end of turn unless the model gave it, the next messages, the
    /// generation prompt. History is only ever appended to, never encoded again.
    ///
    /// Earlier ids, then the answer's, then these are the ids of the whole conversation rendered at once, as the end of
    /// turn is a token of its own: no word reaches across it. Two exceptions, both in the answer's own ids and not here:
    /// a model may spell its answer in other pieces than `encode` would; and where the prompt's last token swallows white
    /// space, white space with which the answer begins would not be encoded.
    ///
    /// - Parameters:
    ///   - lastID: the last id of the answer, nil where there is none. If it ends a turn, only what follows it is
    ///     written.
    ///   - messages: what comes next, usually one user message.
    public func continuation(
        after lastID: Int?, messages: [ChatMessage], addGenerationPrompt: Bool = true, using tokenizer: Tokenizer
    ) throws(ChatFormatError) -> [Int] {
        guard let last = messages.last else { throw .emptyConversation }
        if hoistsSystemMessages, messages.contains(where: { $0.role == "system" }) {
            throw .lateSystemMessage(format: name)
        }
        var segments: [ChatSegment] = [.control(closing)]
        for message in messages { segments += turn(message) }
        segments.append(.control(addGenerationPrompt ? generationPrompt(last) : ending))
        let ids = tokenizer.encode(segments)
        let isClosed = lastID != nil && lastID == endOfTurn.first.flatMap(tokenizer.id(of:))
        return isClosed ? Array(ids.dropFirst()) : ids
    }

    /// The ids of ``endOfTurn`` in a vocabulary.
    ///
    /// - Throws: ``ChatFormatError/missingToken(format:token:)`` where the first of them is not a token there: the model
    ///   could never end its turn.
    public func endOfTurnIDs(in tokenizer: Tokenizer) throws(ChatFormatError) -> Set<Int> {
        var ids: Set<Int> = []
        for (index, piece) in endOfTurn.enumerated() {
            if let id = tokenizer.id(of: piece), tokenizer.isControl(id) {
                ids.insert(id)
            } else if index == 0 {
                throw .missingToken(format: name, token: piece)
            }
        }
        return ids
    }
}

extension ChatFormat {
    /// All formats, by family.
    public static let all: [ChatFormat] = [
        phi3Mini, phi3MiniApril2024, phi3Mini35, phi3Medium, phi3Vision, phi4Mini, phi4MiniReasoning, smolLM2, chatML,
    ]

    /// The format of this name, such as "phi-3-mini-4k-instruct".
    public static func named(_ name: String) -> ChatFormat? { all.first { $0.name == name } }
}
