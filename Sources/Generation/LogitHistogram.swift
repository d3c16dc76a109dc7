/// Where the logits of a row lie below the greatest one, and how much probability lies there: tells in one pass how far
/// down the best candidates reach, so that the rest of the vocabulary never enters the heap.
struct LogitHistogram {
    /// One for each whole distance; the last takes everything that is further.
    private static let bucketCount = 64

    private var counts = [Int](repeating: 0, count: bucketCount)
    /// Sums of e^(logit − maximum).
    private var masses = [Double](repeating: 0, count: bucketCount)

    /// Logits above −∞.
    private(set) var count = 0
    private(set) var mass = 0.0

    @inline(__always)
    private static func bucket(_ logit: Float, maximum: Float) -> Int {
        let distance = maximum - logit
        return distance < Float(bucketCount - 1) ? Int(distance) : bucketCount - 1
    }

    mutating func fill(_ logits: Span<Float>, maximum: Float, weighsMass: Bool) {
        for index in 0..<Self.bucketCount {
            counts[index] = 0
            masses[index] = 0
        }
        for id in logits.indices where logits[id] > -.infinity {
            let bucket = Self.bucket(logits[id], maximum: maximum)
            counts[bucket] += 1
            if weighsMass { masses[bucket] += exponential(Double(logits[id] - maximum)) }
        }
        count = counts.reduce(0, +)
        mass = masses.reduce(0, +)
    }

    /// The lowest logit that can be among the `rank` best.
    func floor(ofRank rank: Int, maximum: Float) -> Float {
        var reached = 0
        return floor(maximum) { index in
            reached += counts[index]
            return reached >= rank
        }
    }

    /// The lowest logit that can be among the best that hold this mass. One bucket is taken more than the sum asks
    /// for, as another order of summing may round differently.
    func floor(ofMass wanted: Double, maximum: Float) -> Float {
        var reached = 0.0
        var isEnough = false
        return floor(maximum) { index in
            defer { isEnough = reached >= wanted }
            reached += masses[index]
            return isEnough
        }
    }

    private func floor(_ maximum: Float, until isLast: (Int) -> Bool) -> Float {
        for index in 0..<Self.bucketCount - 1 where isLast(index) {
            // Rounding may put a logit of this bucket just below its edge; the next bucket's middle is safely lower.
            return maximum - Float(index) - 1.5
        }
        return -.infinity
    }
}
