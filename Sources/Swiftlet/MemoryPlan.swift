/// How many tokens of context go with the weights into the memory that is free.
public struct MemoryPlan: Sendable, Equatable {
    /// The context that was chosen.
    public let contextTokens: Int
    /// What the model was made for.
    public let modelContextTokens: Int
    public let weightBytes: Int
    /// What the cache takes once the context is full; it grows with use.
    public let cacheBytes: Int
    /// Whether the context is shorter than the model's because of the memory; the caller should tell.
    public let isCapped: Bool

    /// Tokens that a context is rounded down to when it is capped, and the least that is worth having.
    static let granularity = 256

    /// - Parameters:
    ///   - requestedTokens: 0 for as much as the model and the memory allow.
    ///   - availableBytes: nil where the system does not tell; then nothing is refused.
    ///   - cacheBytes: bytes of a cache of so many tokens, growing with them.
    /// - Throws: ``LanguageModelError/contextTooLong(requested:limit:)``, ``LanguageModelError/notEnoughMemory(weightBytes:cacheBytes:contextTokens:availableBytes:)``.
    package init(
        weightBytes: Int, modelContextTokens: Int, requestedTokens: Int, availableBytes: Int?,
        cacheBytes: (Int) -> Int
    ) throws(LanguageModelError) {
        guard requestedTokens <= modelContextTokens else {
            throw .contextTooLong(requested: requestedTokens, limit: modelContextTokens)
        }
        let budget = availableBytes.map { $0 / 10 * 9 - weightBytes } ?? .max
        let wanted = requestedTokens > 0 ? requestedTokens : modelContextTokens
        let least = requestedTokens > 0 ? requestedTokens : min(Self.granularity, modelContextTokens)
        guard budget >= 0, cacheBytes(least) <= budget else {
            throw .notEnoughMemory(
                weightBytes: weightBytes, cacheBytes: cacheBytes(least), contextTokens: least,
                availableBytes: availableBytes ?? 0)
        }
        var tokens = wanted
        if cacheBytes(wanted) > budget {
            // The largest multiple that fits lies in fits ..< tooMany.
            var fits = 1
            var tooMany = wanted / Self.granularity + 1
            while tooMany - fits > 1 {
                let middle = (fits + tooMany) / 2
                if cacheBytes(middle * Self.granularity) <= budget { fits = middle } else { tooMany = middle }
            }
            tokens = fits * Self.granularity
        }
        contextTokens = tokens
        self.modelContextTokens = modelContextTokens
        self.weightBytes = weightBytes
        self.cacheBytes = cacheBytes(tokens)
        isCapped = tokens < wanted
    }
}
