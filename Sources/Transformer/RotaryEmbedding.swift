internal import Compute

/// Rotary position embedding (Su et al. 2021, arXiv:2104.09864) with LongRoPE's two sets of frequency factors
/// (Ding et al. 2024, arXiv:2402.13753).
///
/// Frequency i of d/2 is θ^(−2i/d) / factor[i]; the factors are the short ones while the sequence is no longer
/// than the context the model was first trained with, the long ones for all of its positions beyond. Cosine and
/// sine are both multiplied by the attention factor, with either set.
///
/// Tables grow with the longest sequence seen: a 128k context would otherwise cost 50 MB for a greeting.
final class RotaryEmbedding: @unchecked Sendable {
    /// Which factors a sequence's cached keys were rotated with.
    enum Factors: Sendable { case short, long }

    private let configuration: ModelConfiguration
    private var shortTable: RotaryTable
    private var longTable: RotaryTable?

    init(_ configuration: ModelConfiguration) {
        self.configuration = configuration
        shortTable = Self.table(configuration, .short, positions: 256)
    }

    /// The factors for a sequence of this length.
    func factors(forLength length: Int) -> Factors {
        guard let scaling = configuration.ropeScaling else { return .short }
        return length > scaling.originalContextTokens ? .long : .short
    }

    /// Cosines and sines for at least this many positions.
    func table(_ factors: Factors, positions: Int) -> RotaryTable {
        let current = factors == .short ? shortTable : longTable
        if let current, current.positions >= positions { return current }
        // Doubling keeps the total work of growing linear.
        let size = max(positions, 2 * (current?.positions ?? 128))
        let grown = Self.table(configuration, factors, positions: size)
        if factors == .short { shortTable = grown } else { longTable = grown }
        return grown
    }

    private static func table(
        _ configuration: ModelConfiguration, _ factors: Factors, positions: Int
    ) -> RotaryTable {
        let scaling = configuration.ropeScaling
        return RotaryTable(
            frequencies: frequencies(
                base: Double(configuration.ropeTheta), dimensions: configuration.rotaryDimensions,
                factors: factors == .short ? scaling?.shortFactors : scaling?.longFactors),
            attentionFactor: Double(scaling?.attentionFactor ?? 1), positions: positions)
    }

    /// θ^(−2i/d) / factor[i], (rotaryDimensions / 2)
    static func frequencies(base: Double, dimensions: Int, factors: [Float]?) -> [Double] {
        (0..<dimensions / 2).map { index in
            let divisor = Double(factors?[index] ?? 1)
            return 1 / (divisor * power(base, Double(2 * index) / Double(dimensions)))
        }
    }
}

extension ModelConfiguration {
    /// θ^(−2i/d), before LongRoPE's factors divide them: (rotaryDimensions / 2)
    package var rotaryFrequencies: [Double] {
        RotaryEmbedding.frequencies(base: ropeTheta, dimensions: rotaryDimensions, factors: nil)
    }
}
