public import Generation
public import Inference
public import Tokenizers
public import Transformer

/// A model that is ready to generate: weights, tokenizer and chat format from one file or folder.
///
/// Any number of conversations may share one; they take turns at every token and every chunk of a prompt.
public final class LanguageModel: Sendable {
    /// The last part of the path it came from.
    public let name: String
    /// nil for a folder that tells ONNX Runtime what it needs and nothing else.
    public let configuration: ModelConfiguration?
    public let tokenizer: Tokenizer
    /// How messages become ids; nil where the model's template is missing or not known.
    public let chatFormat: ChatFormat?
    /// Why there is no ``chatFormat``.
    let chatFormatFailure: String?
    /// The ids that end an answer: of generation config, tokenizer and chat format, whoever names them.
    public let endTokens: Set<Int>
    /// The memory that was found, and the context that fits it.
    public let memory: MemoryPlan
    /// What computes it. Whoever drives it directly must be alone: not beside a conversation.
    public let backend: any InferenceBackend
    /// What a user should know of how the backend runs it: the device really used, lengths that it was compiled for.
    public let remarks: [String]
    private let queue = GenerationQueue()

    public var vocabularySize: Int { backend.properties.vocabularySize }
    /// The most tokens of a conversation.
    public var contextTokens: Int { backend.properties.contextTokens }

    init(
        name: String, configuration: ModelConfiguration?, text: TokenizerSource, endTokens: Set<Int> = [],
        memory: MemoryPlan, backend: any InferenceBackend, remarks: [String] = []
    ) {
        self.name = name
        self.configuration = configuration
        tokenizer = text.tokenizer
        chatFormat = text.chatFormat
        chatFormatFailure = text.chatFormatFailure
        self.endTokens = text.endTokens.union(endTokens).union(configuration?.endTokens ?? [])
        self.memory = memory
        self.backend = backend
        self.remarks = remarks
    }

    // MARK: Generating

    /// A sequence of its own, with its own cache.
    public func makeSession() throws(GenerationError) -> GenerationSession {
        try GenerationSession(backend: backend, queue: queue)
    }

    /// The ids of a text that is not a chat, with the beginning token if the model wants one. Control tokens in
    /// the text are plain text.
    public func encode(_ text: String) -> [Int] {
        (tokenizer.addsBeginning ? [tokenizer.beginningID].compactMap { $0 } : []) + tokenizer.encode(text)
    }

    /// The ids of a conversation up to the opening of the next answer.
    ///
    /// - Throws: ``LanguageModelError/noChatFormat(model:reason:)``.
    public func encode(_ messages: [ChatMessage]) throws -> [Int] {
        try requireChatFormat().ids(for: messages, using: tokenizer)
    }

    /// Goes on with a prompt of token ids, in a session of its own.
    public func complete(_ prompt: [Int], options: GenerationOptions = .greedy) async throws(GenerationError)
        -> TextStream
    {
        try await makeSession().stream(
            prompt: prompt, options: options, endTokens: endTokens, decoder: StreamDecoder(tokenizer))
    }

    func requireChatFormat() throws(LanguageModelError) -> ChatFormat {
        guard let chatFormat else {
            throw .noChatFormat(model: name, reason: chatFormatFailure ?? "it has no chat template")
        }
        return chatFormat
    }
}
