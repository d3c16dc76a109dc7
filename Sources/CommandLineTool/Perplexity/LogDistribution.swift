import Foundation

/// The logarithms of a vocabulary's probabilities, as a row of numbers that are all too large by the same amount.
package struct LogDistribution: Sendable {
    /// ln p[i] = values[i] − normalizer
    private let values: ArraySlice<Float>
    private let normalizer: Double
    /// ln p up to which a token is left out of a divergence.
    private let floor: Double

    /// log softmax of a row of logits, the sum in double precision.
    package init(logits: ArraySlice<Float>) {
        values = logits
        var greatest = -Float.infinity
        for logit in logits { greatest = max(greatest, logit) }
        var sum = 0.0
        for logit in logits { sum += Double(exp(logit - greatest)) }
        normalizer = Double(greatest) + log(sum)
        floor = -.infinity
    }

    /// Logarithms that were rounded and cut off below: what lies at `floor` or under it is not known.
    package init(logProbabilities: [Float], floor: Double) {
        values = logProbabilities[...]
        normalizer = 0
        self.floor = floor
    }

    package func logProbability(of id: Int) -> Double { Double(values[values.startIndex + id]) - normalizer }

    /// The id with the greatest probability, the first of equals.
    package var mostProbable: Int {
        var (best, greatest) = (0, -Float.infinity)
        for (index, value) in values.enumerated() where value > greatest { (best, greatest) = (index, value) }
        return best
    }

    /// The Kullback–Leibler divergence of another distribution from this one, in nats: Σ p (ln p − ln q).
    ///
    /// - Precondition: both are over the same vocabulary.
    package func divergence(of other: LogDistribution) -> Double {
        precondition(values.count == other.values.count, "two vocabularies")
        // (a − za) − (b − zb): the logits of two forms of a model are near each other, and their difference exact.
        let difference = other.normalizer - normalizer
        let scale = Float(normalizer)
        let lowest = Float(floor + normalizer)
        var sum = 0.0
        for (a, b) in zip(values, other.values) where a > lowest {
            sum += Double(exp(a - scale)) * (Double(a) - Double(b) + difference)
        }
        return sum
    }
}
