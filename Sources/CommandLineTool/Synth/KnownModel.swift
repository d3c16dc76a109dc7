import ArgumentParser

/// The models whose shape `synth` knows, by the names their makers gave them.
package enum KnownModel: String, CaseIterable, ExpressibleByArgument, Sendable {
    case phi3Mini4k = "phi-3-mini-4k"
    case phi3Mini128k = "phi-3-mini-128k"
    case phi3Medium4k = "phi-3-medium-4k"
    case phi35Mini = "phi-3.5-mini"
    case phi4Mini = "phi-4-mini"
    case smolLM2 = "smollm2-135m"

    /// From the `config.json` of each.
    package var shape: ModelShape {
        switch self {
        case .phi3Mini4k:
            var shape = mini(context: 4_096)
            shape.slidingWindow = 2_047
            return shape
        case .phi3Mini128k, .phi35Mini:
            return mini(context: 131_072)
        case .phi3Medium4k:
            var shape = ModelShape(
                rawValue, .phi3, vocabulary: 32_064, hidden: 5_120, intermediate: 17_920, layers: 40, heads: 40,
                keyValueHeads: 10, rotary: 128, context: 4_096)
            shape.slidingWindow = 2_047
            return shape
        case .phi4Mini:
            // Three quarters of a head are rotated.
            var shape = ModelShape(
                rawValue, .phi3, vocabulary: 200_064, hidden: 3_072, intermediate: 8_192, layers: 32, heads: 24,
                keyValueHeads: 8, rotary: 96, context: 131_072, original: 4_096)
            shape.slidingWindow = 262_144
            shape.tiedEmbeddings = true
            return shape
        case .smolLM2:
            var shape = ModelShape(
                rawValue, .llama, vocabulary: 49_152, hidden: 576, intermediate: 1_536, layers: 30, heads: 9,
                keyValueHeads: 3, rotary: 64, context: 8_192)
            shape.ropeTheta = 100_000
            shape.tiedEmbeddings = true
            return shape
        }
    }

    private func mini(context: Int) -> ModelShape {
        var shape = ModelShape(
            rawValue, .phi3, vocabulary: 32_064, hidden: 3_072, intermediate: 8_192, layers: 32, heads: 32,
            keyValueHeads: 32, rotary: 96, context: context, original: 4_096)
        shape.slidingWindow = 262_144
        return shape
    }
}
