import Foundation

/// Positive numbers along a stretch of pixels, equal ratios at equal distances.
struct LogScale {
    let lowest: Double
    let highest: Double
    let start: Double
    let end: Double

    /// - Precondition: 0 < lowest < highest.
    init(from lowest: Double, to highest: Double, at start: Double, end: Double) {
        precondition(lowest > 0 && lowest < highest, "a logarithmic scale has a positive extent")
        self.lowest = lowest
        self.highest = highest
        self.start = start
        self.end = end
    }

    func position(_ value: Double) -> Double {
        start + (end - start) * log(value / lowest) / log(highest / lowest)
    }

    func value(at position: Double) -> Double {
        lowest * pow(highest / lowest, (position - start) / (end - start))
    }

    /// Pixels of a factor of ten.
    var decade: Double { (end - start) / log10(highest / lowest) }

    /// The powers of a base inside, each times each of some factors.
    func ticks(base: Double, factors: [Double] = [1]) -> [Double] {
        let first = Int((log(lowest) / log(base)).rounded(.down)) - 1
        let last = Int((log(highest) / log(base)).rounded(.up)) + 1
        return (first...last).flatMap { exponent in factors.map { $0 * pow(base, Double(exponent)) } }
            .filter { $0 >= lowest * 0.999 && $0 <= highest * 1.001 }
    }
}
