public import Kernels

extension VectorKernels {
    /// AVX2, FMA and F16C.
    public static let avx2 = VectorKernels.portable
}
