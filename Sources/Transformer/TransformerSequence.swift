internal import Compute
internal import Inference

/// A sequence of the native backend: its cache, and the rotary factors that the cached keys were turned with.
final class TransformerSequence: InferenceSequence, @unchecked Sendable {
    let cache: KeyValueCache
    private(set) var factors: RotaryEmbedding.Factors = .short
    /// The length that room was made for.
    private(set) var reservedTokens = 0
    /// Owner, to refuse sequences of another backend.
    let backend: ObjectIdentifier

    private let rotary: RotaryEmbedding
    private let contextTokens: Int

    init(backend: ObjectIdentifier, cache: KeyValueCache, rotary: RotaryEmbedding, contextTokens: Int) {
        self.backend = backend
        self.cache = cache
        self.rotary = rotary
        self.contextTokens = contextTokens
    }

    var count: Int { cache.count }

    func reserve(totalTokens: Int) throws(InferenceError) -> Int {
        guard totalTokens <= contextTokens else {
            throw .contextExceeded(requested: totalTokens, limit: contextTokens)
        }
        if totalTokens > reservedTokens { try checkMemory(totalTokens) }
        // Every key of a longer sequence is turned by other angles, and through attention every deeper value
        // changes with them: nothing of the cache holds.
        let needed = rotary.factors(forLength: totalTokens)
        if needed != factors {
            cache.truncate(to: 0)
            factors = needed
        }
        reservedTokens = max(reservedTokens, totalTokens)
        return count
    }

    func truncate(to count: Int) {
        cache.truncate(to: count)
    }

    /// Looks at the machine's memory only when the cache must grow, and refuses before the system starts to swap.
    private func checkMemory(_ tokens: Int) throws(InferenceError) {
        let missing = cache.missingBytes(forTokens: tokens)
        guard missing > 0, let available = SystemMemory.availableBytes else { return }
        guard missing <= available / 10 * 9 else {
            throw .outOfMemory(neededBytes: missing, availableBytes: available)
        }
    }
}
