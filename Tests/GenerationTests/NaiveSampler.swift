import Foundation
import Generation

/// The filters written down plainly, with full sorts and the C library: what the sampler is held against.
enum NaiveSampler {
    /// Probability of each token that may be drawn.
    static func distribution(_ logits: [Float], after tokens: [Int], _ options: GenerationOptions) -> [Int: Double] {
        var adjusted = logits.map(Double.init)
        for (id, bias) in options.logitBias { adjusted[id] += Double(bias) }
        for id in Set(tokens.suffix(options.penaltyWindow ?? tokens.count)) {
            let count = tokens.suffix(options.penaltyWindow ?? tokens.count).filter { $0 == id }.count
            adjusted[id] =
                adjusted[id] > 0
                ? adjusted[id] / options.repetitionPenalty : adjusted[id] * options.repetitionPenalty
            adjusted[id] -= options.presencePenalty + Double(count) * options.frequencyPenalty
        }
        var ranked = adjusted.enumerated().map { (id: $0.offset, logit: $0.element) }
        ranked.sort { ($0.logit, -$0.id) > ($1.logit, -$1.id) }
        if options.topK > 0 { ranked = Array(ranked.prefix(options.topK)) }

        let total = ranked.reduce(0) { $0 + exp($1.logit) }
        var sum = 0.0
        var nucleus: [(id: Int, logit: Double)] = []
        for candidate in ranked where sum < options.topP || options.topP == 1 {
            nucleus.append(candidate)
            sum += exp(candidate.logit) / total
        }
        nucleus = nucleus.filter { exp($0.logit - nucleus[0].logit) >= options.minP }

        let weights = nucleus.map { exp(($0.logit - nucleus[0].logit) / options.temperature) }
        let mass = weights.reduce(0, +)
        return Dictionary(uniqueKeysWithValues: zip(nucleus.map(\.id), weights.map { $0 / mass }))
    }
}
