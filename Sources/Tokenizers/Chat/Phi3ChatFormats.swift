/// Phi-3: `<|role|>`, newline, content, `<|end|>`, newline.
///
/// The tokens of July 2024 swallow the white space after them, so these newlines are in the text and not in the ids.
extension ChatFormat {
    /// Phi-3-mini since July 2024 (4k and 128k). Messages of other roles are left out.
    static let phi3Mini = phi3(name: "phi-3-mini-4k-instruct") { $0.role == "system" }

    /// Phi-3.5-mini: as Phi-3-mini, without empty system messages.
    static let phi3Mini35 = phi3(name: "phi-3.5-mini-instruct") { $0.role == "system" && !$0.content.isEmpty }

    private static func phi3(
        name: String, takesSystem: @escaping @Sendable (ChatMessage) -> Bool
    ) -> ChatFormat {
        ChatFormat(
            name: name, endOfTurn: phi3EndOfTurn, opening: { _ in [] },
            turn: { message in
                guard takesSystem(message) || message.role == "user" || message.role == "assistant" else { return [] }
                return phi3Turn(message)
            },
            closing: "<|end|>\n", generationPrompt: { _ in "<|assistant|>\n" }, ending: "<|endoftext|>")
    }

    /// Phi-3-medium: no system messages; every user message opens the answer itself, asked for or not.
    static let phi3Medium = phi3Opening(name: "phi-3-medium-4k-instruct", opening: [])

    /// The first Phi-3-mini, April 2024: as Phi-3-medium, after `<s>`.
    static let phi3MiniApril2024 = phi3Opening(name: "phi-3-mini-128k-instruct-apr2024", opening: [.control("<s>")])

    private static func phi3Opening(name: String, opening: [ChatSegment]) -> ChatFormat {
        ChatFormat(
            name: name, endOfTurn: phi3EndOfTurn, opening: { _ in opening },
            turn: { message in
                switch message.role {
                case "user": phi3Turn(message) + [.control("<|assistant|>\n")]
                case "assistant": [.text(message.content), .control("<|end|>\n")]
                default: []
                }
            },
            closing: "<|end|>\n", generationPrompt: { _ in "" }, ending: "")
    }

    /// Phi-3-vision: any role; no prompt after an answer.
    static let phi3Vision = ChatFormat(
        name: "phi-3-vision-128k-instruct", endOfTurn: phi3EndOfTurn, opening: { _ in [] }, turn: phi3Turn,
        closing: "<|end|>\n", generationPrompt: { $0.role == "assistant" ? "" : "<|assistant|>\n" }, ending: "")

    /// Phi-3 may also open the next turn itself where it should have closed its own.
    private static let phi3EndOfTurn = ["<|end|>", "<|endoftext|>", "<|assistant|>"]

    @Sendable
    private static func phi3Turn(_ message: ChatMessage) -> [ChatSegment] {
        roleToken(message.role) + [.control("\n"), .text(message.content), .control("<|end|>\n")]
    }

    /// `<|role|>`. A role that is not of the four comes from outside and becomes no token.
    static func roleToken(_ role: String) -> [ChatSegment] {
        ["system", "user", "assistant", "tool"].contains(role)
            ? [.control("<|\(role)|>")] : [.control("<|"), .text(role), .control("|>")]
    }
}
