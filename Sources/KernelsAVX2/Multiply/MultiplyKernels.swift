public import Kernels

extension MultiplyKernels {
    /// AVX2, FMA and F16C.
    public static let avx2: MultiplyKernels = {
        var kernels = tiles
        kernels.streams = tokenStreams
        unsafe kernels.setExpandedInt8(
            ExpandedWeights(
                activation: .int8, tokens: kernels.int8Tokens, groups: 2,
                nibble: ExpandedLayout(
                    blockBytes: ByteBlock.groupBytes(PlainScales.self),
                    expand: { unsafe expandNibbles($0, into: $1) }, multiply: { unsafe multiplyNibbleBytes($0) }),
                nibbleMin: ExpandedLayout(
                    blockBytes: ByteBlock.groupBytes(ScalesAndMinimums.self),
                    expand: { unsafe expandNibblesMin($0, into: $1) },
                    multiply: { unsafe multiplyNibbleBytesMin($0) }),
                nibbleK: ExpandedLayout(
                    blockBytes: ByteBlock.groupBytes(KScales.self),
                    expand: { unsafe expandNibblesK($0, into: $1) },
                    multiply: { unsafe multiplyNibbleBytesMin($0) })))
        unsafe kernels.setExpandedInt16(
            ExpandedWeights(
                activation: .words, tokens: 6, takesFewer: true, groups: 2,
                nibble: words(PlainScales.self, multiplyExpandedWords) { unsafe expandNibblesToWords($0, into: $1) },
                nibbleMin: words(ScalesAndMinimums.self, multiplyExpandedWordsMin) {
                    unsafe expandNibblesMinToWords($0, into: $1)
                },
                nibbleK: words(KScales.self, multiplyExpandedWordsMin) {
                    unsafe expandNibblesKToWords($0, into: $1)
                },
                byte: words(PlainScales.self, multiplyExpandedWords) { unsafe expandBytesToWords($0, into: $1) },
                byteMin: words(ScalesAndMinimums.self, multiplyExpandedWordsMin) {
                    unsafe expandBytesMinToWords($0, into: $1)
                },
                byteK: words(KScales.self, multiplyExpandedWordsMin) { unsafe expandBytesKToWords($0, into: $1) },
                byteK16: words(K16Scales.self, multiplyExpandedWords16) {
                    unsafe expandBytesK16ToWords($0, into: $1)
                },
                byteK16Min: words(K16ScalesAndMinimums.self, multiplyExpandedWords16Min) {
                    unsafe expandBytesK16MinToWords($0, into: $1)
                }))
        return kernels
    }()

    /// How a layout with such scales becomes words.
    private static func words<Scales: TileScales>(
        _: Scales.Type, _ multiply: @escaping @Sendable (TileCall) -> Void, _ expand: @escaping ExpandKernel
    ) -> ExpandedLayout {
        unsafe ExpandedLayout(blockBytes: NibbleWords.groupBytes(Scales.self), expand: expand, multiply: multiply)
    }

    private static let tiles = unsafe MultiplyKernels(
        // With four tokens, their sums, the weights and a mask fill 16 registers; with six, where nibbles are expanded.
        int8Tokens: 6, int16Tokens: 4, splitTokens: 3, int15Tokens: 8, floatTokens: 4,
        quantizeInt8: { unsafe quantizeActivationsInt8($0, count: $1, into: $2, blockStride: $3) },
        quantizeInt16: { unsafe quantizeActivationsInt16($0, count: $1, into: $2, blockStride: $3) },
        quantizeSplit: { unsafe quantizeActivationsSplit($0, count: $1, into: $2, blockStride: $3) },
        quantizeInt15: { unsafe quantizeActivationsInt15($0, count: $1, into: $2, blockStride: $3) },
        nibbleInt8: NibbleProducts(
            nibble: { unsafe multiplyNibbleTile($0) },
            nibbleMin: { unsafe multiplyNibbleMinTile($0) },
            nibbleK: { unsafe multiplyNibbleKTile($0) }),
        nibbleInt16: NibbleProducts(
            nibble: { unsafe multiplyNibbleInt16Tile($0) },
            nibbleMin: { unsafe multiplyNibbleMinInt16Tile($0) },
            nibbleK: { unsafe multiplyNibbleKInt16Tile($0) }),
        byteInt16: ByteProducts(
            byte: { unsafe multiplyByteTile($0) },
            byteMin: { unsafe multiplyByteMinTile($0) },
            byteK: { unsafe multiplyByteKTile($0) },
            byteK16: { unsafe multiplyByteK16Tile($0) },
            byteK16Min: { unsafe multiplyByteK16MinTile($0) }),
        byteInt8: ByteProducts(
            byte: { unsafe multiplyByteInt8Tile($0) },
            byteMin: { unsafe multiplyByteMinInt8Tile($0) },
            byteK: { unsafe multiplyByteKInt8Tile($0) },
            byteK16: { unsafe multiplyByteK16Int8Tile($0) },
            byteK16Min: { unsafe multiplyByteK16MinInt8Tile($0) }),
        isFasterWithInt8: false,
        word: { unsafe multiplyWordTile($0) },
        f32: { unsafe multiplyF32Tile($0) },
        f16: { unsafe multiplyF16Tile($0) },
        bf16: { unsafe multiplyBF16Tile($0) })
}
