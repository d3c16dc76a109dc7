#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A token and the natural logarithm of its probability.
public struct TokenProbability: Sendable, Equatable {
    public let id: Int
    public let logProbability: Double

    public init(id: Int, logProbability: Double) {
        self.id = id
        self.logProbability = logProbability
    }
}

/// What the model itself thought of a position, before bias, penalties, filters and temperature.
public struct LogProbabilities: Sendable, Equatable {
    public let chosen: TokenProbability
    /// The most probable tokens, best first.
    public let top: [TokenProbability]

    /// log softmax(logits), summed in double precision.
    ///
    /// - Parameters:
    ///   - logits: (vocabulary), finite or −∞, at least one finite.
    ///   - chosen: the token that was taken.
    ///   - topCount: how many of the most probable tokens to list.
    /// - Complexity: O(V) for the small counts that ``GenerationOptions/logProbabilities`` allows.
    public init(logits: ArraySlice<Float>, chosen: Int, topCount: Int) {
        let row = logits.span
        var maximum = -Float.infinity
        for id in row.indices where row[id] > maximum { maximum = row[id] }
        var sum = 0.0
        for id in row.indices { sum += exponential(Double(row[id]) - Double(maximum)) }
        let normalizer = Double(maximum) + log(sum)

        var top: [Candidate] = []
        for id in row.indices {
            let candidate = Candidate(id: Int32(truncatingIfNeeded: id), logit: row[id])
            if top.count == topCount, top.last.map({ !candidate.precedes($0) }) ?? true { continue }
            if top.count == topCount { top.removeLast() }
            top.insert(candidate, at: top.firstIndex { candidate.precedes($0) } ?? top.count)
        }
        func probability(_ id: Int, _ logit: Float) -> TokenProbability {
            TokenProbability(id: id, logProbability: Double(logit) - normalizer)
        }
        self.chosen = probability(chosen, row[chosen])
        self.top = top.map { probability(Int($0.id), $0.logit) }
    }
}
