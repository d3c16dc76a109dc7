/// Why a backend cannot do what was asked, one case for each thing a caller can do about it.
public enum InferenceError: Error, Equatable, Sendable {
    /// The sequence would be longer than the context allows.
    case contextExceeded(requested: Int, limit: Int)
    /// A prompt is longer than the device was compiled for.
    case promptExceeded(requested: Int, limit: Int)
    /// The cache for so many tokens does not fit the memory that is free.
    case outOfMemory(neededBytes: Int, availableBytes: Int)
    /// A token id that the model has no embedding for.
    case tokenOutOfRange(id: Int, vocabularySize: Int)
    /// A slice with no tokens, of a foreign sequence, or of one that stands in the batch twice.
    case invalidBatch(reason: String)
    /// The library or device behind the backend is not there or failed; `detail` is its own message.
    case backendFailed(backend: String, detail: String)
    /// ``InferenceSequence/interrupt()`` broke the pass off.
    case interrupted
}

extension InferenceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .contextExceeded(let requested, let limit):
            "the sequence would be \(requested) tokens long, the context holds \(limit)"
        case .promptExceeded(let requested, let limit):
            "the prompt is \(requested) tokens long, the device was compiled for \(limit): --max-prompt sets it"
        case .outOfMemory(let needed, let available):
            "the key-value cache needs \(needed >> 20) MiB, \(available >> 20) MiB are free"
        case .tokenOutOfRange(let id, let size):
            "token id \(id) is outside the vocabulary of \(size)"
        case .invalidBatch(let reason):
            "invalid batch: \(reason)"
        case .backendFailed(let backend, let detail):
            "\(backend): \(detail)"
        case .interrupted:
            "interrupted"
        }
    }
}
