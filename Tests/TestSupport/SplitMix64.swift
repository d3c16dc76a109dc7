/// A small generator of reproducible bits (Steele, Lea & Flood 2014, doi:10.1145/2714064.2660195).
public struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// About normally distributed, mean 0, variance 1.
    public mutating func gauss() -> Float {
        let sum = (0..<12).reduce(Float(0)) { sum, _ in sum + Float(next() >> 40) * 0x1p-24 }
        return sum - 6
    }

    public mutating func gauss(_ count: Int) -> [Float] { (0..<count).map { _ in gauss() } }
}
