/// What a list of predictions comes to.
package struct PerplexityFigures: Sendable {
    package let count: Int
    /// e to the mean surprise.
    package let perplexity: Estimate
    /// nil without a reference.
    package let difference: Difference?

    package struct Difference: Sendable {
        /// The reference's own, over the same text.
        package let referencePerplexity: Estimate
        /// ln (perplexity / reference's): token by token, so that what makes the text hard for both falls out.
        package let logRatio: Estimate
        /// Kullback–Leibler divergence from the reference, in nats.
        package let meanDivergence: Estimate
        package let divergence99: Estimate
        /// Share of tokens at which both think the same one the most probable.
        package let topAgreement: Estimate
        /// Root mean square of the change of the probability of the token that followed.
        package let probabilityChange: Estimate
    }

    package init(_ predictions: [Prediction]) {
        count = predictions.count
        perplexity = .exponential(of: .mean(predictions.map(\.surprise)))
        let pairs = predictions.compactMap { prediction in prediction.difference.map { (prediction.surprise, $0) } }
        if pairs.isEmpty {
            difference = nil
            return
        }
        let divergences = pairs.map(\.1.divergence)
        difference = Difference(
            referencePerplexity: .exponential(of: .mean(pairs.map(\.1.referenceSurprise))),
            logRatio: .mean(pairs.map { $0 - $1.referenceSurprise }),
            meanDivergence: .mean(divergences), divergence99: .quantile(0.99, of: divergences),
            topAgreement: .share(pairs.map(\.1.agreesOnTop)),
            probabilityChange: .rootMeanSquare(pairs.map { $1.probabilityChange(surprise: $0) }))
    }
}
