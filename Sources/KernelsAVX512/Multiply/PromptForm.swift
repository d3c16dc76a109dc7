import Kernels

/// How nibbles and bytes meet the tokens of a prompt. Both give the same bits; which is faster is the processor's to say.
public enum PromptForm: Sendable, CaseIterable {
    /// Nibbles two columns by one multiplication, for processors that add in more of their units than they multiply in
    /// (Zen 4): ``multiplyNibblePairs(_:)``.
    case pairs
    /// Nibbles and bytes as unsigned bytes, for processors that multiply in all units of 512 bits (Intel's servers):
    /// ``multiplyExpandedNibbles(_:)``.
    case bytes
}

extension ExpandedWeights {
    /// Nibbles for 8-bit activations, as ``PromptForm/pairs``.
    static let pairs = unsafe ExpandedWeights(
        activation: .int8, tokens: widestCall, groups: 2,
        nibble: ExpandedLayout(
            blockBytes: PairBlock.bytes(hasMinimum: false) / 2,
            expand: { unsafe expandNibbles($0, into: $1) }, multiply: { unsafe multiplyNibblePairs($0) }),
        nibbleMin: ExpandedLayout(
            blockBytes: PairBlock.bytes(hasMinimum: true) / 2,
            expand: { unsafe expandNibblesMin($0, into: $1) }, multiply: { unsafe multiplyNibblePairsMin($0) }),
        nibbleK: ExpandedLayout(
            blockBytes: PairBlock.bytes(hasMinimum: true) / 2,
            expand: { unsafe expandNibblesK($0, into: $1) }, multiply: { unsafe multiplyNibblePairsMin($0) }))

    /// Nibbles and bytes for 8-bit activations, as ``PromptForm/bytes``.
    static let bytes = unsafe ExpandedWeights(
        activation: .int8, tokens: expandedTokens, takesFewer: true, groups: 4,
        nibble: bytes(PlainScales.self, { unsafe multiplyExpandedNibbles($0) }) {
            unsafe expandNibblesToBytes($0, into: $1)
        },
        nibbleMin: bytes(ScalesAndMinimums.self, { unsafe multiplyExpandedNibblesMin($0) }) {
            unsafe expandNibblesMinToBytes($0, into: $1)
        },
        nibbleK: bytes(KScales.self, { unsafe multiplyExpandedNibblesMin($0) }) {
            unsafe expandNibblesKToBytes($0, into: $1)
        },
        byte: bytes(PlainScales.self, { unsafe multiplyExpandedBytes($0) }) { unsafe expandBytes($0, into: $1) },
        byteMin: bytes(ScalesAndMinimums.self, { unsafe multiplyExpandedBytesMin($0) }) {
            unsafe expandBytesMin($0, into: $1)
        },
        byteK: bytes(KScales.self, { unsafe multiplyExpandedBytesMin($0) }) { unsafe expandBytesK($0, into: $1) },
        byteK16: bytes(K16Scales.self, { unsafe multiplyExpandedBytes16($0) }) { unsafe expandBytesK16($0, into: $1) },
        byteK16Min: bytes(K16ScalesAndMinimums.self, { unsafe multiplyExpandedBytes16Min($0) }) {
            unsafe expandBytesK16Min($0, into: $1)
        })

    /// The same bytes for 16-bit activations in halves. Layouts with a scale for 16 columns meet words as they are: a block of
    /// halves has no sums for its own halves.
    static let bytesInt16 = unsafe ExpandedWeights(
        activation: .split, tokens: expandedTokens, takesFewer: true, groups: 4,
        nibble: bytes(PlainScales.self, { unsafe multiplyExpandedNibblesInt16($0) }) {
            unsafe expandNibblesToBytes($0, into: $1)
        },
        nibbleMin: bytes(ScalesAndMinimums.self, { unsafe multiplyExpandedNibblesMinInt16($0) }) {
            unsafe expandNibblesMinToBytes($0, into: $1)
        },
        nibbleK: bytes(KScales.self, { unsafe multiplyExpandedNibblesMinInt16($0) }) {
            unsafe expandNibblesKToBytes($0, into: $1)
        },
        byte: bytes(PlainScales.self, { unsafe multiplyExpandedBytesInt16($0) }) { unsafe expandBytes($0, into: $1) },
        byteMin: bytes(ScalesAndMinimums.self, { unsafe multiplyExpandedBytesMinInt16($0) }) {
            unsafe expandBytesMin($0, into: $1)
        },
        byteK: bytes(KScales.self, { unsafe multiplyExpandedBytesMinInt16($0) }) {
            unsafe expandBytesK($0, into: $1)
        })

    private static func bytes<Scales: TileScales>(
        _: Scales.Type, _ multiply: @escaping TileKernel, _ expand: @escaping ExpandKernel
    ) -> ExpandedLayout {
        unsafe ExpandedLayout(blockBytes: ExpandedBytes<Scales>.bytes / 2, expand: expand, multiply: multiply)
    }
}
