import Foundation

/// A figure that stands for more text than was measured, and how far off it may be: one standard error.
package struct Estimate: Sendable, Equatable {
    package let value: Double
    package let error: Double

    package init(value: Double, error: Double) {
        self.value = value
        self.error = error
    }
}

extension Estimate {
    /// The mean of independent values: ± s/√n, s² the variance of the sample (n − 1).
    package static func mean(_ values: [Double]) -> Estimate {
        guard !values.isEmpty else { return Estimate(value: .nan, error: .nan) }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return Estimate(value: mean, error: count > 1 ? (squares / (count - 1) / count).squareRoot() : 0)
    }

    /// e to the power of a figure: an error of its logarithm is a relative one of the power.
    package static func exponential(of estimate: Estimate) -> Estimate {
        let value = exp(estimate.value)
        return Estimate(value: value, error: value * estimate.error)
    }

    /// The root of the mean square; its error by that of the mean square: d√x = dx / 2√x.
    package static func rootMeanSquare(_ values: [Double]) -> Estimate {
        let square = mean(values.map { $0 * $0 })
        let root = square.value.squareRoot()
        return Estimate(value: root, error: root > 0 ? square.error / (2 * root) : 0)
    }

    /// The share of cases: ± √(p (1 − p) / (n − 1)).
    package static func share(_ cases: [Bool]) -> Estimate { mean(cases.map { $0 ? 1 : 0 }) }

    /// A value that a fraction of the values does not exceed: between the two next in rank, in proportion, the least having
    /// fraction 0 and the greatest 1.
    ///
    /// Its error needs no assumption about how values are spread: of n draws, the number below the true quantile has the
    /// deviation √(n f (1 − f)), so the value lies between those that many ranks off (David and Nagaraja, "Order Statistics",
    /// 2003, section 7.1). Half of that distance is given.
    package static func quantile(_ fraction: Double, of values: [Double]) -> Estimate {
        guard !values.isEmpty else { return Estimate(value: .nan, error: .nan) }
        let sorted = values.sorted()
        let last = Double(sorted.count - 1)
        func value(atRank rank: Double) -> Double {
            let rank = min(max(rank, 0), last)
            let index = Int(rank)
            let next = min(index + 1, sorted.count - 1)
            return sorted[index] + (rank - Double(index)) * (sorted[next] - sorted[index])
        }
        let deviation = (Double(sorted.count) * fraction * (1 - fraction)).squareRoot()
        let rank = fraction * last
        let spread = value(atRank: rank + deviation) - value(atRank: rank - deviation)
        return Estimate(value: value(atRank: rank), error: spread / 2)
    }
}
