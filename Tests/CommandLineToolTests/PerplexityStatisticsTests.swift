import CommandLineTool
import Foundation
import Testing

/// The figures of `perplexity`, on values that were computed by hand.
@Suite struct PerplexityStatisticsTests {
    private func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-6) -> Bool { abs(a - b) <= tolerance }

    @Test("a mean and its standard error")
    func mean() {
        // Squares of the differences: 4, 1, 0, 1, 4; variance 10 / 4; error √(2.5 / 5).
        let estimate = Estimate.mean([1, 2, 3, 4, 5])
        #expect(estimate.value == 3 && near(estimate.error, 0.5.squareRoot(), 1e-12))
        #expect(Estimate.mean([7]) == Estimate(value: 7, error: 0))
        #expect(Estimate.mean([]).value.isNaN)
    }

    @Test("the power of a mean has its error times itself")
    func exponential() {
        let estimate = Estimate.exponential(of: Estimate(value: log(20), error: 0.01))
        #expect(near(estimate.value, 20, 1e-12) && near(estimate.error, 0.2, 1e-12))
    }

    @Test("a share of cases: √(p (1 − p) / (n − 1))")
    func share() {
        let estimate = Estimate.share([true, true, true, false])
        #expect(estimate.value == 0.75 && near(estimate.error, (0.75 * 0.25 / 3).squareRoot(), 1e-12))
        #expect(Estimate.share([true, true]) == Estimate(value: 1, error: 0))
    }

    @Test("a root mean square and its error")
    func rootMeanSquare() {
        // Squares 9 and 16: mean 12.5, its error 3.5 (deviation 7/√2 over √2).
        let estimate = Estimate.rootMeanSquare([3, -4])
        #expect(near(estimate.value, 12.5.squareRoot(), 1e-12))
        #expect(near(estimate.error, 3.5 / (2 * 12.5.squareRoot()), 1e-12))
        #expect(Estimate.rootMeanSquare([0, 0]) == Estimate(value: 0, error: 0))
    }

    @Test(
        "a quantile lies between its neighbours in rank",
        arguments: [(0, 10), (0.5, 30), (0.25, 20), (0.9, 46), (1, 50)])
    func quantile(fraction: Double, expected: Double) {
        #expect(near(Estimate.quantile(fraction, of: [50, 10, 40, 20, 30]).value, expected, 1e-12))
    }

    @Test("a quantile's error is half of what lies within the deviation of its rank")
    func quantileError() {
        // Of 0 … 99 the median's rank is 49.5 ± √(100 / 4): from 44.5 to 54.5.
        let median = Estimate.quantile(0.5, of: (0..<100).map(Double.init))
        #expect(near(median.value, 49.5, 1e-12) && near(median.error, 5, 1e-12))
        // At the end of the ranks there is only one side: 98.01 − √0.99 to 99.
        let high = Estimate.quantile(0.99, of: (0..<100).map(Double.init))
        #expect(near(high.value, 98.01, 1e-9) && near(high.error, (99 - 98.01 + 0.99.squareRoot()) / 2, 1e-9))
        #expect(Estimate.quantile(0.99, of: [3]) == Estimate(value: 3, error: 0))
    }

    /// Logits of given probabilities, all too large by the same amount.
    private func logits(_ probabilities: [Double], plus offset: Double) -> ArraySlice<Float> {
        probabilities.map { Float(log($0) + offset) }[...]
    }

    @Test("log-probabilities do not depend on what all logits are too large by", arguments: [-50.0, 0, 3, 80])
    func logProbability(offset: Double) {
        let distribution = LogDistribution(logits: logits([0.5, 0.25, 0.125, 0.125], plus: offset))
        #expect(near(distribution.logProbability(of: 0), log(0.5), 1e-5))
        #expect(near(distribution.logProbability(of: 3), log(0.125), 1e-5))
        #expect(distribution.mostProbable == 0)
    }

    @Test("the divergence of known distributions, in nats")
    func divergence() {
        let p = LogDistribution(logits: logits([0.5, 0.25, 0.25], plus: 4))
        let q = LogDistribution(logits: logits([0.25, 0.25, 0.5], plus: -9))
        // 1/2 ln 2 + 0 + 1/4 ln 1/2
        #expect(near(p.divergence(of: q), 0.25 * log(2)))
        #expect(near(q.divergence(of: p), 0.25 * log(2)))
        let r = LogDistribution(logits: logits([0.8, 0.1, 0.1], plus: 0))
        #expect(near(p.divergence(of: r), 0.5 * log(0.5 / 0.8) + 0.5 * log(0.25 / 0.1)))
        #expect(near(r.divergence(of: p), 0.8 * log(0.8 / 0.5) + 0.2 * log(0.1 / 0.25)))
        #expect(near(p.divergence(of: p), 0, 1e-12))
        // A token that cannot come adds nothing.
        let never = LogDistribution(logits: [0, 0, -.infinity])
        #expect(near(never.divergence(of: p), 0.5 * log(0.5 / 0.5) + 0.5 * log(0.5 / 0.25)))
        // What lies below a floor is not known, and left out.
        let cut = LogDistribution(logProbabilities: [Float(log(0.5)), Float(log(0.5)), -16], floor: -16)
        #expect(near(cut.divergence(of: p), 0.5 * log(2)))
    }

    @Test("what a list of predictions comes to")
    func figures() throws {
        func prediction(_ p: Double, reference: Double, divergence: Double, agrees: Bool) -> Prediction {
            Prediction(
                surprise: -log(p),
                difference: .init(referenceSurprise: -log(reference), divergence: divergence, agreesOnTop: agrees))
        }
        let figures = PerplexityFigures([
            prediction(0.5, reference: 0.25, divergence: 0.1, agrees: true),
            prediction(0.125, reference: 0.25, divergence: 0.3, agrees: false),
        ])
        // ln 2 and 3 ln 2: mean 2 ln 2, error ln 2.
        #expect(near(figures.perplexity.value, 4) && near(figures.perplexity.error, 4 * log(2)))
        let difference = try #require(figures.difference)
        #expect(near(difference.referencePerplexity.value, 4) && near(difference.referencePerplexity.error, 0))
        #expect(near(difference.logRatio.value, 0) && near(difference.logRatio.error, log(2)))
        #expect(near(difference.meanDivergence.value, 0.2) && near(difference.meanDivergence.error, 0.1))
        #expect(near(difference.divergence99.value, 0.298))
        #expect(difference.topAgreement.value == 0.5 && near(difference.topAgreement.error, 0.5))
        #expect(near(difference.probabilityChange.value, ((0.0625 + 0.015625) / 2).squareRoot()))
        #expect(PerplexityFigures([Prediction(surprise: 1, difference: nil)]).difference == nil)
    }

    @Test("windows: whole ones, the beginning in the first place, the second half but its last position")
    func windows() throws {
        let windows = try #require(TextWindows(Array(100..<125), length: 8, beginning: 1))
        #expect(windows.count == 3 && windows.scored == 4..<7 && windows.scoredCount == 9 && windows.inputCount == 21)
        #expect(windows.input(1) == [1, 109, 110, 111, 112, 113, 114])
        #expect(windows.target(1, position: 6) == 115)
        #expect(TextWindows(Array(0..<16), length: 8, beginning: nil)?.input(1).first == 8)
        #expect(TextWindows(Array(0..<15), length: 8, beginning: nil) == nil)
        #expect(TextWindows(Array(0..<100), length: 3, beginning: nil) == nil)
        #expect(TextWindows(Array(0..<100), length: 8, beginning: nil, maximumCount: 2)?.count == 2)
        // An odd length: positions 4 to 7 of 9.
        #expect(TextWindows(Array(0..<18), length: 9, beginning: nil)?.scored == 4..<8)
    }
}
