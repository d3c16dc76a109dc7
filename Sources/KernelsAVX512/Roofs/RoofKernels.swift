import Kernels

extension RoofKernels {
    /// AVX-512 with VNNI for the peaks; memory is read as fast by `base`.
    static func avx512(over base: RoofKernels) -> RoofKernels {
        var kernels = base
        unsafe kernels.peakFloat = { unsafe KernelsAVX512.peakFloat($0, rounds: $1) }
        unsafe kernels.peakInt8 = { unsafe KernelsAVX512.peakInt8($0, rounds: $1) }
        return kernels
    }
}
