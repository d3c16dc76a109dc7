/// Draws the next token from a row of logits.
///
/// The logits pass through these steps, in the order of llama.cpp's default chain:
///
///     bias → penalties → (temperature 0: the greatest) → top-k → top-p → min-p → temperature → draw
///
/// Top-p and min-p look at probabilities at temperature 1; each step sees what the one before kept. Of equal logits
/// the lower id wins. What a draw gives depends on the logits, the tokens before and the seed alone. Scratch memory is
/// kept from token to token.
public struct Sampler: Sendable {
    /// The seed in use: the options' or a random one.
    public let seed: UInt64

    private let options: GenerationOptions
    private let inverseTemperature: Double
    private var random: Xoshiro256
    private var adjusted: [Float] = []
    private var counts: [Int: Int] = [:]
    private var histogram = LogitHistogram()
    private var candidates = Candidates()
    private var weights: [Double] = []

    /// - Throws: ``GenerationError/optionOutOfRange(option:found:expected:)``.
    public init(options: GenerationOptions) throws(GenerationError) {
        try options.validate()
        self.options = options
        // Finite, so that the most probable token, at distance 0, keeps its weight.
        inverseTemperature = min(1 / options.temperature, .greatestFiniteMagnitude)
        seed = options.seed ?? UInt64.random(in: 0...UInt64.max)
        random = Xoshiro256(seed: seed)
    }

    /// The next token.
    ///
    /// - Parameters:
    ///   - logits: (vocabulary).
    ///   - tokens: the whole sequence so far, which the penalties look at.
    /// - Throws: ``GenerationError/invalidLogits(position:)`` for a NaN, for +∞, and where no token is possible.
    public mutating func sample(_ logits: ArraySlice<Float>, after tokens: [Int]) throws(GenerationError) -> Int {
        let adjusts = !options.logitBias.isEmpty || hasPenalties
        if adjusts { adjust(logits, after: tokens) }
        let row = adjusts ? adjusted[...] : logits
        guard let best = greatest(row.span) else { throw .invalidLogits(position: tokens.count - 1) }
        guard options.temperature > 0 else { return best }
        return draw(row.span, maximum: row[row.startIndex + best])
    }

    /// The id of the greatest logit, nil where one is a NaN or +∞ or all are −∞.
    private func greatest(_ logits: Span<Float>) -> Int? {
        var best: Int?
        var maximum = -Float.infinity
        for id in logits.indices {
            let logit = logits[id]
            guard logit < .infinity else { return nil }  // false for a NaN, too
            if logit > maximum {
                maximum = logit
                best = id
            }
        }
        return best
    }

    // MARK: Bias and penalties

    private var hasPenalties: Bool {
        options.repetitionPenalty != 1 || options.presencePenalty != 0 || options.frequencyPenalty != 0
    }

    private mutating func adjust(_ logits: ArraySlice<Float>, after tokens: [Int]) {
        adjusted.removeAll(keepingCapacity: true)
        adjusted.append(contentsOf: logits)
        for (id, bias) in options.logitBias where id < adjusted.count { adjusted[id] += bias }
        guard hasPenalties else { return }

        counts.removeAll(keepingCapacity: true)
        for id in tokens.suffix(options.penaltyWindow ?? tokens.count) { counts[id, default: 0] += 1 }
        let repetition = Float(options.repetitionPenalty)
        for (id, count) in counts where adjusted.indices.contains(id) {
            // Division would make a negative logit more probable (CTRL, arXiv:1909.05858, leaves this open).
            let logit = adjusted[id] > 0 ? adjusted[id] / repetition : adjusted[id] * repetition
            adjusted[id] = logit - Float(options.presencePenalty) - Float(count) * Float(options.frequencyPenalty)
        }
    }

    // MARK: Filters and draw

    private mutating func draw(_ logits: Span<Float>, maximum: Float) -> Int {
        let isRanked = options.topK > 0 || options.topP < 1
        let kept: Int
        if isRanked {
            kept = rank(logits, maximum: maximum)
        } else {
            candidates.fill(logits)
            kept = candidates.count
        }
        weights.removeAll(keepingCapacity: true)
        var total = 0.0
        for rank in 0..<kept {
            let logit = (isRanked ? candidates.taken(rank) : candidates.untouched(rank)).logit
            let weight = weight(of: logit, maximum: maximum)
            weights.append(weight)
            total += weight
        }
        let index = pick(random.nextUnit() * total)
        return Int((isRanked ? candidates.taken(index) : candidates.untouched(index)).id)
    }

    /// Takes the candidates that top-k and top-p leave, best first.
    ///
    /// - Returns: how many.
    private mutating func rank(_ logits: Span<Float>, maximum: Float) -> Int {
        let limitsMass = options.topP < 1
        histogram.fill(logits, maximum: maximum, weighsMass: limitsMass)
        var mass = histogram.mass
        if options.topK > 0, options.topK < histogram.count {
            candidates.fill(logits, from: histogram.floor(ofRank: options.topK, maximum: maximum))
            candidates.heapify()
            while candidates.takenCount < options.topK, candidates.takeBest() != nil {}
            guard limitsMass else { return candidates.takenCount }
            mass = (0..<candidates.takenCount).reduce(0) { $0 + probability(ofRank: $1, maximum) }
        } else {
            let wanted = limitsMass ? options.topP * mass : .infinity
            candidates.fill(logits, from: histogram.floor(ofMass: wanted, maximum: maximum))
            candidates.heapify()
        }
        // The fewest best candidates whose probabilities reach top-p.
        let limit = candidates.takenCount > 0 ? candidates.takenCount : candidates.count
        var reached = 0.0
        for rank in 0..<limit {
            if rank == candidates.takenCount { _ = candidates.takeBest() }
            reached += probability(ofRank: rank, maximum)
            if limitsMass, reached >= options.topP * mass { return rank + 1 }
        }
        return limit
    }

    /// In units of the most probable token's.
    private func probability(ofRank rank: Int, _ maximum: Float) -> Double {
        exponential(Double(candidates.taken(rank).logit - maximum))
    }

    /// e^((logit − maximum) / temperature), and 0 for what min-p leaves out.
    private func weight(of logit: Float, maximum: Float) -> Double {
        let distance = Double(logit - maximum)
        if options.minP > 0, exponential(distance) < options.minP { return 0 }
        return exponential(distance * inverseTemperature)
    }

    /// The index at which the running sum of the weights passes `target`.
    private func pick(_ target: Double) -> Int {
        var sum = 0.0
        var last = 0
        for (index, weight) in weights.enumerated() where weight > 0 {
            sum += weight
            last = index
            if sum > target { return index }
        }
        return last
    }
}
