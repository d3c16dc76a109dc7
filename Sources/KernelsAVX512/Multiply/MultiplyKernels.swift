import Kernels

extension MultiplyKernels {
    /// AVX-512 with VNNI for the integer products; `base` has the rest.
    static func avx512(over base: MultiplyKernels) -> MultiplyKernels {
        var kernels = base
        kernels.int8Tokens = widestPass
        kernels.int16Tokens = widestPass
        unsafe kernels.nibble = { unsafe multiplyNibbleTile($0) }
        unsafe kernels.nibbleMin = { unsafe multiplyNibbleMinTile($0) }
        unsafe kernels.nibbleK = { unsafe multiplyNibbleKTile($0) }
        unsafe kernels.byte = { unsafe multiplyByteTile($0) }
        unsafe kernels.byteMin = { unsafe multiplyByteMinTile($0) }
        unsafe kernels.byteK = { unsafe multiplyByteKTile($0) }
        unsafe kernels.byteK16 = { unsafe multiplyByteK16Tile($0) }
        unsafe kernels.byteK16Min = { unsafe multiplyByteK16MinTile($0) }
        return kernels
    }
}
