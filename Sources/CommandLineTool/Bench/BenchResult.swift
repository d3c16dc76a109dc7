/// What a test gave, in tokens per second.
struct BenchResult {
    let test: BenchTest
    /// One value for each repetition.
    let rates: [Double]

    init(test: BenchTest, seconds: [Double]) {
        self.test = test
        rates = seconds.map { Double(test.tokenCount) / $0 }
    }

    var mean: Double { rates.reduce(0, +) / Double(rates.count) }

    /// Of the sample, as llama-bench gives it; 0 for a single value.
    var standardDeviation: Double {
        guard rates.count > 1 else { return 0 }
        let mean = mean
        let squares = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(rates.count - 1)).squareRoot()
    }
}
