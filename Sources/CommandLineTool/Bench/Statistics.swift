/// What a list of measurements comes to; every figure of an empty list is 0.
struct Statistics {
    let values: [Double]

    init(_ values: [Double]) { self.values = values }

    var mean: Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

    /// Of the sample (n − 1), as llama-bench gives it; 0 for a single value.
    var standardDeviation: Double {
        guard values.count > 1 else { return 0 }
        let mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }

    /// The middle value, or the mean of the two in the middle: one disturbed run does not move it.
    var median: Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
