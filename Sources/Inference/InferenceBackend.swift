/// The one door by which generation drives a model, whatever computes it: the native CPU kernels, OpenVINO or
/// ONNX Runtime.
///
/// A backend is driven synchronously by one caller at a time; whoever shares it among many requests (the
/// scheduler) serialises the calls.
public protocol InferenceBackend: AnyObject, Sendable {
    /// What a caller must know of the model to drive it.
    var properties: ModelProperties { get }

    /// Opens an empty sequence with a cache of its own.
    func makeSequence() throws(InferenceError) -> any InferenceSequence

    /// Runs the new tokens of several sequences at once and appends them to the sequences' caches.
    ///
    /// Each slice's tokens stand at the positions `sequence.count ..< sequence.count + tokens.count`. The rows of
    /// logits asked for are written in the order of the slices, and within a slice by position.
    ///
    /// The logits of a sequence do not depend on the other slices, on how its tokens were cut into calls, or on
    /// the number of threads: not by a single bit.
    ///
    /// - Parameters:
    ///   - slices: each of a different sequence of this backend, with at least one token, all ids below
    ///     ``ModelProperties/vocabularySize``; ``InferenceSequence/reserve(totalTokens:)`` has made room.
    ///   - logits: receives the rows; what it held before is gone.
    func forward(_ slices: [SequenceSlice], into logits: LogitRows) throws(InferenceError)
}

/// What a caller must know of a model to drive it.
public struct ModelProperties: Sendable, Equatable {
    /// What computes the model, for reports: `"cpu/avx2"`, `"openvino:NPU"`.
    public let engine: String
    public let vocabularySize: Int
    /// The most tokens that one sequence may hold.
    public let contextTokens: Int
    /// The most tokens worth passing to one ``InferenceBackend/forward(_:into:)`` call; a longer prompt is cut
    /// into chunks of this size, between which cancellation is checked and progress told.
    public let prefillChunkTokens: Int

    public init(engine: String, vocabularySize: Int, contextTokens: Int, prefillChunkTokens: Int) {
        self.engine = engine
        self.vocabularySize = vocabularySize
        self.contextTokens = contextTokens
        self.prefillChunkTokens = prefillChunkTokens
    }
}

/// One sequence of tokens that a backend holds a cache for.
public protocol InferenceSequence: AnyObject, Sendable {
    /// Tokens whose keys and values are in the cache: the position of the next token.
    var count: Int { get }

    /// Makes room for the sequence to grow to `totalTokens` and tells how much of the cache stays good.
    ///
    /// A caller must call this before it appends, with the length that the tokens at hand will bring the sequence
    /// to: the end of the whole prompt, not of its first chunk. Where the model's arithmetic depends on the
    /// length (LongRoPE's crossing from short to long factors) the cache is emptied and the caller
    /// runs its tokens again from the returned position.
    ///
    /// - Returns: the new ``count``: the caller must go on with the token at this position.
    /// - Throws: ``InferenceError/contextExceeded(requested:limit:)`` or
    ///   ``InferenceError/outOfMemory(neededBytes:availableBytes:)``; the sequence is then as it was.
    func reserve(totalTokens: Int) throws(InferenceError) -> Int

    /// Forgets all tokens from position `count` on.
    func truncate(to count: Int)

    /// Breaks off the pass that runs tokens of this sequence on another thread, as soon as the backend can: ``InferenceBackend/forward(_:into:)``
    /// then throws ``InferenceError/interrupted`` and the sequence is as it was. Where no pass is under way, or the backend cannot break
    /// one off, nothing happens.
    func interrupt()
}

extension InferenceSequence {
    public func interrupt() {}
}

/// New tokens for one sequence, and which of their logits the caller wants.
public struct SequenceSlice: Sendable {
    public enum LogitRequest: Sendable { case none, last, all }

    public let sequence: any InferenceSequence
    public let tokens: ArraySlice<Int>
    public let logits: LogitRequest

    public init(sequence: any InferenceSequence, tokens: ArraySlice<Int>, logits: LogitRequest) {
        self.sequence = sequence
        self.tokens = tokens
        self.logits = logits
    }

    /// Rows of logits that this slice asks for.
    public var rowCount: Int {
        switch logits {
        case .none: 0
        case .last: 1
        case .all: tokens.count
        }
    }
}
