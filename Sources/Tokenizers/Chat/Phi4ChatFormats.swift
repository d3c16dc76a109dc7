/// Phi-4-mini: `<|role|>`, content, `<|end|>`, without newlines, for any role.
extension ChatFormat {
    /// Phi-4-mini-instruct: a system message may carry tools.
    static let phi4Mini = ChatFormat(
        name: "phi-4-mini-instruct", endOfTurn: phi4EndOfTurn, opening: { _ in [] },
        turn: { message in
            roleToken(message.role) + [.text(message.content)]
                + (message.role == "system" ? tools(of: message) : []) + [.control("<|end|>")]
        },
        closing: "<|end|>", generationPrompt: { _ in "<|assistant|>" }, ending: "<|endoftext|>")

    /// Phi-4-mini-reasoning: one system message of its own, to which the conversation's are added.
    static let phi4MiniReasoning = ChatFormat(
        name: "phi-4-mini-reasoning", endOfTurn: phi4EndOfTurn,
        opening: { messages in
            var segments: [ChatSegment] = [
                .control("<|system|>Your name is Phi, an AI math expert developed by Microsoft.")
            ]
            for message in messages where message.role == "system" {
                segments += [.control(" "), .text(message.content)] + tools(of: message)
            }
            return segments + [.control("<|end|>")]
        },
        turn: { message in
            if message.role == "system" { return [] }
            return roleToken(message.role) + [.text(message.content), .control("<|end|>")]
        },
        closing: "<|end|>", generationPrompt: { _ in "<|assistant|>" }, ending: "<|endoftext|>",
        hoistsSystemMessages: true)

    private static let phi4EndOfTurn = ["<|end|>", "<|endoftext|>"]

    @Sendable
    private static func tools(of message: ChatMessage) -> [ChatSegment] {
        guard let tools = message.tools else { return [] }
        return [.control("<|tool|>"), .text(tools), .control("<|/tool|>")]
    }
}
