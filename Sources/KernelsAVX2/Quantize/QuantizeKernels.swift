public import Kernels

extension QuantizeKernels {
    /// AVX2 and F16C.
    public static let avx2 = unsafe QuantizeKernels(
        symmetricScales: searchSymmetricScales(_:_:half:reach:steps:into:))
}
