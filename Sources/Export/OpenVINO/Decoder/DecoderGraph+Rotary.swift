import Transformer

extension DecoderGraph {
    /// Cosines and sines of the tokens' angles, each twice side by side: (batch, 1, tokens, rotaryDimensions)
    struct Rotary {
        let cosine: IRValue
        let sine: IRValue
    }

    /// Rotary position embedding (Su et al. 2021, arXiv:2104.09864); the angle of frequency k at position p is p · θ_k.
    mutating func rotary(_ positions: IRValue) -> Rotary {
        graph.scope = "model.rotary_emb"
        let frequencies = frequencies(positions)  // (1, rotaryDimensions / 2, 1)
        let row = graph.convert(graph.unsqueeze(positions, axis: 1), to: .f32)  // (batch, 1, tokens)
        // (batch, tokens, rotaryDimensions / 2)
        let angles = graph.transpose(graph.matMul(frequencies, row), [0, 2, 1])
        let twice = graph.concat([angles, angles], axis: -1)  // (batch, tokens, rotaryDimensions)
        return Rotary(cosine: table(graph.cosine(twice)), sine: table(graph.sine(twice)))
    }

    /// Rotates the heads of q or k, the first `rotaryDimensions` of each: (batch, heads, tokens, headSize)
    mutating func rotate(_ x: IRValue, _ rotary: Rotary) -> IRValue {
        let (rotated, size) = (configuration.rotaryDimensions, configuration.headSize)
        guard rotated < size else { return rotateWhole(x, rotary) }
        let turned = rotateWhole(graph.slice(x, 0, rotated, axis: 3), rotary)
        return graph.concat([turned, graph.slice(x, rotated, Self.end, axis: 3)], axis: -1)
    }

    /// x · cos + (−x₂ | x₁) · sin, x₁ and x₂ being the halves of x.
    private mutating func rotateWhole(_ x: IRValue, _ rotary: Rotary) -> IRValue {
        let half = configuration.rotaryDimensions / 2
        let straight = graph.times(x, rotary.cosine)
        let second = graph.times(graph.slice(x, half, Self.end, axis: 3), graph.scalar(Float(-1)))
        let turned = graph.concat([second, graph.slice(x, 0, half, axis: 3)], axis: -1)
        return graph.plus(straight, graph.times(turned, rotary.sine))
    }

    /// As far as there are elements.
    private static let end = Int.max

    private mutating func table(_ values: IRValue) -> IRValue {
        let factor = Float(configuration.ropeScaling?.attentionFactor ?? 1)
        let scaled = factor == 1 ? values : graph.times(values, graph.scalar(factor))
        return graph.unsqueeze(scaled, axis: 1)
    }

    // MARK: Frequencies

    /// θ^(−2k/d), divided by LongRoPE's factors where there are any.
    private mutating func frequencies(_ positions: IRValue) -> IRValue {
        let frequencies = configuration.rotaryFrequencies
        guard let scaling = configuration.ropeScaling else {
            return graph.floats(frequencies.map { Float($0) }, shape: [1, frequencies.count, 1])
        }
        let factors = factors(scaling, positions)  // (rotaryDimensions / 2)
        let powers = graph.floats(frequencies.map { Float(1 / $0) }, shape: [frequencies.count])
        let inverse = graph.power(graph.times(factors, powers), graph.floats([-1], shape: [1]))
        return graph.unsqueeze(graph.unsqueeze(inverse, axis: 0), axis: 2)
    }

    /// The long factors where a position lies beyond the context that the model was first trained with, for all tokens of
    /// this inference. Keys that are cached already stay as they were rotated: whoever crosses that length has to run the
    /// whole text again from an empty cache to get the model's exact answer.
    private mutating func factors(_ scaling: ModelConfiguration.LongRoPE, _ positions: IRValue) -> IRValue {
        let length = graph.plus(graph.largest(positions), graph.scalar(1))
        let isLong = graph.isGreater(length, graph.scalar(scaling.originalContextTokens))
        return graph.select(
            isLong, graph.floats(scaling.longFactors, shape: [scaling.longFactors.count]),
            graph.floats(scaling.shortFactors, shape: [scaling.shortFactors.count]))
    }
}
