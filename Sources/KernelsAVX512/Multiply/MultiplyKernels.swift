import Kernels

extension MultiplyKernels {
    /// AVX-512 with VNNI for the integer products of more than two rows of activations, and for the products of words and
    /// of floats with more than four; `base` has the rest.
    ///
    /// One row or two wait for the weights to come from memory, and the narrower kernels, which read one group after the
    /// other, get them as a single stream: 30 GB/s on one core, where two streams get 20. The bits are the same, since
    /// both sum in the same order with the same roundings. Floats of three rows or four are no slower there: as many chains
    /// are too few here. Words of as many wait for memory, too.
    static func avx512(over base: MultiplyKernels) -> MultiplyKernels {
        var kernels = base
        // Measured on Zen 4, with its 30 GB/s by one stream.
        kernels.streams = 1
        kernels.int8Tokens = widestCall
        kernels.int16Tokens = widestCall
        kernels.splitTokens = widestCall
        kernels.nibbleInt8 = unsafe NibbleProducts(
            nibble: wide(base.nibbleInt8.nibble) { unsafe multiplyNibbleTile($0) },
            nibbleMin: wide(base.nibbleInt8.nibbleMin) { unsafe multiplyNibbleMinTile($0) },
            nibbleK: wide(base.nibbleInt8.nibbleK) { unsafe multiplyNibbleKTile($0) })
        unsafe kernels.setExpandedNibbles(
            ExpandedWeights(
                activation: .int8, tokens: widestCall, groups: 2,
                nibble: ExpandedLayout(
                    blockBytes: PairBlock.bytes(hasMinimum: false) / 2,
                    expand: { unsafe expandNibbles($0, into: $1) }, multiply: { unsafe multiplyNibblePairs($0) }),
                nibbleMin: ExpandedLayout(
                    blockBytes: PairBlock.bytes(hasMinimum: true) / 2,
                    expand: { unsafe expandNibblesMin($0, into: $1) },
                    multiply: { unsafe multiplyNibblePairsMin($0) }),
                nibbleK: ExpandedLayout(
                    blockBytes: PairBlock.bytes(hasMinimum: true) / 2,
                    expand: { unsafe expandNibblesK($0, into: $1) },
                    multiply: { unsafe multiplyNibblePairsMin($0) })))
        // Two products of bytes in one instruction are faster than the words of the narrower set.
        kernels.removeExpandedWords()
        kernels.nibbleInt16 = unsafe NibbleProducts(
            nibble: wide(base.nibbleInt16.nibble) { unsafe multiplyNibbleInt16Tile($0) },
            nibbleMin: wide(base.nibbleInt16.nibbleMin) { unsafe multiplyNibbleMinInt16Tile($0) },
            nibbleK: wide(base.nibbleInt16.nibbleK) { unsafe multiplyNibbleKInt16Tile($0) })
        kernels.byteInt16 = unsafe ByteProducts(
            byte: wide(base.byteInt16.byte) { unsafe multiplyByteTile($0) },
            byteMin: wide(base.byteInt16.byteMin) { unsafe multiplyByteMinTile($0) },
            byteK: wide(base.byteInt16.byteK) { unsafe multiplyByteKTile($0) },
            byteK16: wide(base.byteInt16.byteK16) { unsafe multiplyByteK16Tile($0) },
            byteK16Min: wide(base.byteInt16.byteK16Min) { unsafe multiplyByteK16MinTile($0) })
        kernels.byteInt8 = unsafe ByteProducts(
            byte: wide(base.byteInt8.byte) { unsafe multiplyByteInt8Tile($0) },
            byteMin: wide(base.byteInt8.byteMin) { unsafe multiplyByteMinInt8Tile($0) },
            byteK: wide(base.byteInt8.byteK) { unsafe multiplyByteKInt8Tile($0) },
            byteK16: wide(base.byteInt8.byteK16) { unsafe multiplyByteK16Int8Tile($0) },
            byteK16Min: wide(base.byteInt8.byteK16Min) { unsafe multiplyByteK16MinInt8Tile($0) })
        kernels.isFasterWithInt8 = true
        kernels.int15Tokens = widestWordCall
        unsafe kernels.word = wide(base.word, above: 4) { unsafe multiplyWordTile($0) }
        kernels.floatTokens = widestCall
        unsafe kernels.f32 = wide(base.f32, above: 4) { unsafe multiplyF32Tile($0) }
        unsafe kernels.f16 = wide(base.f16, above: 4) { unsafe multiplyF16Tile($0) }
        unsafe kernels.bf16 = wide(base.bf16, above: 4) { unsafe multiplyBF16Tile($0) }
        return kernels
    }

    /// A kernel that leaves calls of a few rows to another.
    private static func wide(
        _ narrow: @escaping TileKernel, above rows: Int = 2, _ kernel: @escaping TileKernel
    ) -> TileKernel {
        { call in unsafe call.tokens <= rows ? narrow(call) : kernel(call) }
    }
}
