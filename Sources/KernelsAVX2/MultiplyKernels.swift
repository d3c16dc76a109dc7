public import Kernels

extension MultiplyKernels {
    /// AVX2, FMA and F16C.
    public static let avx2 = MultiplyKernels.portable
}
