/// Which matrices of a model keep more bits where not all of them get few.
package enum BitShare {
    /// A matrix: how many weights it has, and what few bits cost it for each of them.
    package typealias Candidate = (index: Int, weights: Int, loss: Double)

    /// Rows of a matrix that are tried: their error tells that of the whole within a few percent.
    private static let triedRows = 256

    /// Some rows of so many, evenly spread.
    package static func triedRows(of count: Int) -> [Int] {
        let tried = min(triedRows, count)
        return (0..<tried).map { $0 * count / tried }
    }

    /// The indices of those that lose most, until no more than the ratio of all weights has few bits.
    package static func widened(_ candidates: [Candidate], ratio: Double) -> [Int] {
        let total = candidates.reduce(0) { $0 + $1.weights }
        var narrow = total
        var widened: [Int] = []
        for candidate in candidates.sorted(by: { ($0.loss, $1.index) > ($1.loss, $0.index) }) {
            guard Double(narrow) > ratio * Double(total) else { break }
            narrow -= candidate.weights
            widened.append(candidate.index)
        }
        return widened
    }
}
