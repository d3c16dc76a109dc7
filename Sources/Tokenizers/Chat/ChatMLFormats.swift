/// ChatML: `<|im_start|>`, role, newline, content, `<|im_end|>`, newline, for any role.
extension ChatFormat {
    /// ChatML as many models use it.
    static let chatML = chatML(name: "chatml") { _ in [] }

    /// SmolLM2-Instruct: a system message of its own where the conversation does not begin with one.
    static let smolLM2 = chatML(name: "smollm2-instruct") { messages in
        guard messages.first?.role != "system" else { return [] }
        return [
            .control(
                "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n")
        ]
    }

    private static func chatML(
        name: String, opening: @escaping @Sendable ([ChatMessage]) -> [ChatSegment]
    ) -> ChatFormat {
        ChatFormat(
            name: name, endOfTurn: ["<|im_end|>", "<|endoftext|>"], opening: opening,
            turn: { message in
                [
                    .control("<|im_start|>"), .text(message.role), .control("\n"), .text(message.content),
                    .control("<|im_end|>\n"),
                ]
            },
            closing: "<|im_end|>\n", generationPrompt: { _ in "<|im_start|>assistant\n" }, ending: "")
    }
}
