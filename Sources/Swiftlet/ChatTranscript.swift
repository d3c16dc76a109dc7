import UntrustedInput

/// A conversation as it can be kept: what was said, and the ids that it was for the model.
///
/// The ids of all turns, one behind another, are the sequence exactly as the model saw it. They are kept because text
/// does not tell them: to tokenise an answer again gives other ids than the model drew, and spoils the cache.
public struct ChatTranscript: Sendable, Equatable {
    /// A question and its answer.
    public struct Turn: Sendable, Equatable {
        public let question: String
        public let answer: String
        /// What the question brought: the close of the turn before, the question, the opening of the answer; for
        /// the first turn the instructions, too.
        public let questionIDs: [Int]
        /// What was drawn, the end token included if one was.
        public let answerIDs: [Int]

        public init(question: String, answer: String, questionIDs: [Int], answerIDs: [Int]) {
            self.question = question
            self.answer = answer
            self.questionIDs = questionIDs
            self.answerIDs = answerIDs
        }
    }

    /// Name of the chat format that made the ids.
    public let chatFormat: String
    public let vocabularySize: Int
    /// The system message.
    public var instructions: String?
    public var turns: [Turn] = []

    public init(chatFormat: String, vocabularySize: Int, instructions: String? = nil) {
        self.chatFormat = chatFormat
        self.vocabularySize = vocabularySize
        self.instructions = instructions
    }

    /// The whole sequence.
    public var ids: [Int] { turns.flatMap { $0.questionIDs + $0.answerIDs } }

    /// What the model read before it gave the last answer.
    public var lastPromptIDs: [Int] { Array(ids.dropLast(turns.last?.answerIDs.count ?? 0)) }
}
