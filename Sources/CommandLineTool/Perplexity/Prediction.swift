import Dispatch
import Foundation
import Synchronization

/// How well a model foresaw one token of a text, and how differently from its reference.
package struct Prediction: Sendable, Equatable {
    /// −ln p of the token that followed.
    package let surprise: Double
    /// nil without a reference.
    package let difference: Difference?

    package init(surprise: Double, difference: Difference?) {
        self.surprise = surprise
        self.difference = difference
    }

    package struct Difference: Sendable, Equatable {
        /// −ln p of the token that followed, by the reference.
        package let referenceSurprise: Double
        /// Σ p (ln p − ln q) with the reference's p and the model's q, in nats.
        package let divergence: Double
        /// Whether both think the same token the most probable.
        package let agreesOnTop: Bool

        package init(referenceSurprise: Double, divergence: Double, agreesOnTop: Bool) {
            self.referenceSurprise = referenceSurprise
            self.divergence = divergence
            self.agreesOnTop = agreesOnTop
        }

        /// How much more probable the model thought the token that followed.
        package func probabilityChange(surprise: Double) -> Double { exp(-surprise) - exp(-referenceSurprise) }
    }
}

extension Prediction {
    package init(_ model: LogDistribution, reference: LogDistribution?, target: Int) {
        self.init(
            surprise: -model.logProbability(of: target),
            difference: reference.map { reference in
                Difference(
                    referenceSurprise: -reference.logProbability(of: target),
                    divergence: reference.divergence(of: model),
                    agreesOnTop: reference.mostProbable == model.mostProbable)
            })
    }

    /// Evaluates rows side by side on all processors: a vocabulary's exponentials would otherwise take as long as the model.
    ///
    /// - Parameter body: evaluates one row.
    static func concurrently<Value: Sendable>(
        _ count: Int, _ body: @Sendable (_ row: Int) -> Value
    ) -> [Value] {
        let parts = min(count, ProcessInfo.processInfo.activeProcessorCount)
        let found = Mutex([[Value]](repeating: [], count: parts))
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let rows = count * part / parts..<count * (part + 1) / parts
            let values = rows.map(body)
            found.withLock { $0[part] = values }
        }
        return found.withLock { $0.flatMap { $0 } }
    }
}
