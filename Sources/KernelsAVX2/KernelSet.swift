public import Kernels

extension KernelSet {
    /// The kernels for AVX2 with FMA and F16C. To be used only where the processor has all three.
    public static let avx2 = KernelSet(
        multiply: .avx2, vector: .avx2, attention: .avx2, quantize: .avx2, roofs: .avx2)
}
