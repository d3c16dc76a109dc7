import Kernels

extension MultiplyKernels {
    /// AVX-512 with VNNI for the integer products of more than two rows of activations, and for the products of words and
    /// of floats with more than four; `base` has the rest.
    ///
    /// One row or two wait for the weights to come from memory, and the narrower kernels read them in as many streams as the
    /// processor likes, where two groups that share a vector are two. The bits are the same, since
    /// both sum in the same order with the same roundings. Floats of three rows or four are no slower there: as many chains
    /// are too few here. Words of as many wait for memory, too.
    static func avx512(over base: MultiplyKernels, promptsBy form: PromptForm) -> MultiplyKernels {
        var kernels = base
        kernels.int16Tokens = widestCall
        kernels.nibbleInt8 = unsafe NibbleProducts(
            nibble: wide(base.nibbleInt8.nibble) { unsafe multiplyNibbleTile($0) },
            nibbleMin: wide(base.nibbleInt8.nibbleMin) { unsafe multiplyNibbleMinTile($0) },
            nibbleK: wide(base.nibbleInt8.nibbleK) { unsafe multiplyNibbleKTile($0) })
        switch form {
        case .pairs:
            kernels.int8Tokens = widestCall
            kernels.splitTokens = widestCall
            kernels.setExpandedInt8(.pairs)
            // Two products of bytes in one instruction are faster than the words of the narrower set.
            kernels.removeExpandedInt16()
        case .bytes:
            kernels.int8Tokens = expandedTokens
            kernels.splitTokens = expandedTokens
            kernels.setExpandedInt8(.bytes)
            kernels.setExpandedInt16(.bytesInt16)
        }
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
