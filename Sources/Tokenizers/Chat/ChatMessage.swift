/// One message of a conversation.
public struct ChatMessage: Sendable, Equatable {
    /// "system", "user", "assistant", "tool"; other names are written as they are where a format takes any.
    public var role: String
    public var content: String
    /// Descriptions of tools, JSON, with a system message of Phi-4-mini.
    public var tools: String?

    public init(role: String, content: String, tools: String? = nil) {
        self.role = role
        self.content = content
        self.tools = tools
    }

    public static func system(_ content: String) -> ChatMessage { ChatMessage(role: "system", content: content) }
    public static func user(_ content: String) -> ChatMessage { ChatMessage(role: "user", content: content) }
    public static func assistant(_ content: String) -> ChatMessage { ChatMessage(role: "assistant", content: content) }
}

/// Why a conversation cannot be written in a format.
public enum ChatFormatError: Error, Equatable, Sendable {
    /// There is no message.
    case emptyConversation
    /// The format puts every system message at the beginning, so it cannot come in a later turn.
    case lateSystemMessage(format: String)
    /// The vocabulary lacks a token of the format: model and format do not belong together.
    case missingToken(format: String, token: String)
}

extension ChatFormatError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyConversation:
            "the conversation is empty: at least one message is needed"
        case .lateSystemMessage(let format):
            "chat format \(format): a system message can only stand in the first turn"
        case .missingToken(let format, let token):
            "chat format \(format): the vocabulary has no token \(token)"
        }
    }
}
