import Transformer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Cosines and sines of all positions up to a length, as the builder makes them: frequencies and angles are f32 numbers.
struct RotaryCache {
    let positions: Int
    /// (positions, rotaryDimensions / 2), both.
    private(set) var cosines: [Float] = []
    private(set) var sines: [Float] = []

    /// - Parameter factors: LongRoPE's divisors of the frequencies; nil for none.
    init(_ configuration: ModelConfiguration, factors: [Float]?, positions: Int) {
        self.positions = positions
        let powers = configuration.rotaryFrequencies.map { Float(1 / $0) }  // θ^(2i/d)
        let frequencies = powers.enumerated().map { 1 / ((factors?[$0] ?? 1) * $1) }
        let scale = Float(configuration.ropeScaling?.attentionFactor ?? 1)
        cosines.reserveCapacity(positions * frequencies.count)
        sines.reserveCapacity(positions * frequencies.count)
        for position in 0..<positions {
            for frequency in frequencies {
                let angle = Double(Float(position) * frequency)
                cosines.append(Float(cos(angle)) * scale)
                sines.append(Float(sin(angle)) * scale)
            }
        }
    }
}
