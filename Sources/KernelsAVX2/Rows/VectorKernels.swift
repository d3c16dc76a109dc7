public import Kernels

extension VectorKernels {
    /// AVX2, FMA and F16C.
    public static let avx2 = unsafe VectorKernels(
        rmsNorm: rmsNorm(into:from:weight:epsilon:count:), swiGLU: swiGLU(into:gate:up:count:),
        rotate: rotate(_:cosines:sines:half:), add: add(_:into:count:))
}
