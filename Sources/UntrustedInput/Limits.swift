/// Every limit that guards against hostile input. Each has a test at the limit and one past it.
///
/// The numbers are far above what any supported model needs and far below what could exhaust a PC.
public enum Limits {
    // MARK: Files

    /// Bytes of a GGUF or safetensors header.
    public static let headerBytes = 100 << 20
    public static let tensorCount = 65_536
    public static let tensorRank = 4
    public static let tensorNameBytes = 256
    public static let metadataKeyBytes = 256
    public static let metadataCount = 65_536
    /// Bytes of one metadata string.
    public static let metadataStringBytes = 1 << 20
    /// Bytes of a tokenizer file, or of a chat template with its vocabulary.
    public static let tokenizerBytes = 64 << 20
    /// Bytes of a configuration file such as `config.json`.
    public static let configurationBytes = 16 << 20
    public static let vocabularySize = 1_048_576
    public static let mergeCount = 2_097_152
    public static let tokenBytes = 65_536
    /// Bytes of a token that is matched in the text, such as `<|user|>`: bounds what a place in the text costs.
    public static let addedTokenBytes = 128
    /// Sum of the squared lengths of a SentencePiece vocabulary's pieces: bounds the search for its merges.
    public static let pieceCutWork = 1 << 28
    public static let jsonDepth = 64
    /// Values in one JSON text: bounds the memory that a small text can ask for.
    public static let jsonValueCount = 1 << 22
    public static let shardCount = 1_024
    public static let alignmentBytes = 1 << 20
    /// Bytes of one line that a command reads from standard input.
    public static let inputLineBytes = 16 << 20

    // MARK: Models

    public static let layerCount = 256
    public static let headCount = 256
    public static let headSize = 512
    public static let hiddenSize = 65_536
    public static let intermediateSize = 1 << 20
    public static let contextTokens = 1 << 24

    // MARK: Requests

    public static let messageCount = 1_024
    public static let stopCount = 16
    public static let stopBytes = 256
    public static let logProbabilityCount = 20
    public static let temperature: ClosedRange<Double> = 0...2
    public static let repetitionPenalty: ClosedRange<Double> = 0.1...10
    /// Of the presence and the frequency penalty, as OpenAI clients know them.
    public static let additivePenalty: ClosedRange<Double> = -2...2
    public static let logitBias: ClosedRange<Double> = -100...100
    public static let logitBiasCount = 1_024
    public static let stopTokenCount = 1_024

    // MARK: Model hubs

    /// Bytes of one answer of the hub's API.
    public static let hubAnswerBytes = 32 << 20
    /// Pages of one listing, and files in all of them.
    public static let hubPageCount = 100
    public static let hubFileCount = 20_000
    /// Bytes of one file: sums of ``hubFileCount`` of them stay far from overflow.
    public static let hubFileBytes = 1 << 44
    /// Bytes and components of a file's path in its repository.
    public static let hubPathBytes = 1_024
    public static let hubPathDepth = 16
    /// Bytes of the organisation and of the name.
    public static let hubNameBytes = 96
    public static let hubRedirectCount = 10
    /// A server that wants a longer wait (`Retry-After`) is as good as down.
    public static let hubRetrySeconds = 300
}
