import LadderSteps

/// A matrix of Q4_0 blocks, as a file holds it, and activations for it.
final class Problem {
    let sizes: Sizes
    /// (rows, columns / 32) blocks of 18 bytes.
    let weights: Memory
    /// (tokens, columns) floats.
    let activations: Memory

    /// How large and how exact the numbers are.
    enum Numbers {
        /// Weights as wide as a trained layer's, activations of every magnitude up to 1.
        case random
        /// Activations are integers with the largest that there is in every block, scales powers of two: then quantising loses
        /// nothing, every partial sum is a multiple of 2⁻⁵ below 2¹⁸, and all steps must agree to the last bit.
        case exact
    }

    init(_ sizes: Sizes, _ numbers: Numbers, seed: UInt64 = 1) {
        self.sizes = sizes
        weights = Memory(byteCount: sizes.rows * sizes.blocks * Q40Block.bytes)
        activations = Memory(byteCount: sizes.tokens * sizes.columns * 4)
        var generator = Random(seed: seed)
        for block in 0..<sizes.rows * sizes.blocks {
            let p = weights.base + block * Q40Block.bytes
            let bits = generator.next()
            p.storeBytes(of: bits, toByteOffset: 2, as: UInt64.self)
            p.storeBytes(of: generator.next(), toByteOffset: 10, as: UInt64.self)
            // 2⁻⁵ or 2⁻⁴ exactly; else anything from 2⁻⁷ to 2⁻⁶: exponent and ten bits of significand.
            let scale =
                numbers == .exact ? UInt16(10 + bits % 2) << 10 : UInt16(8) << 10 | UInt16(bits >> 20 & 0x3ff)
            p.storeBytes(of: scale, as: UInt16.self)
        }
        for index in 0..<sizes.tokens * sizes.columns {
            let (draw, largest) = (generator.next() >> 32, ActivationBlock.largest)
            switch numbers {
            case .exact:
                let integer = Float(draw % UInt64(2 * largest + 1)) - largest
                activations.floats[index] = index % 32 == 5 ? largest : integer
            case .random: activations.floats[index] = Float(Int32(truncatingIfNeeded: generator.next() >> 32)) * 0x1p-31
            }
        }
    }
}

/// Steele, Lea and Flood's SplitMix64: the same bits everywhere for the same seed.
struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
