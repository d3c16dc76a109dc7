public import Kernels

extension AttentionKernels {
    /// AVX2, FMA and F16C.
    public static let avx2 = AttentionKernels.portable
}
