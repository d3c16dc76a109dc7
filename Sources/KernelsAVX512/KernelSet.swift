public import Kernels

extension KernelSet {
    /// The kernels for AVX-512 (F, BW, DQ, VL) with VNNI, and what `base`, a narrower set, does as well.
    public static func avx512(over base: KernelSet, promptsBy form: PromptForm) -> KernelSet {
        KernelSet(
            multiply: .avx512(over: base.multiply, promptsBy: form), vector: .avx512(over: base.vector),
            attention: .avx512(over: base.attention), quantize: .avx512(over: base.quantize),
            roofs: .avx512(over: base.roofs))
    }
}
