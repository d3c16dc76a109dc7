public import Kernels

extension RoofKernels {
    /// AVX2 and FMA.
    public static let avx2 = unsafe RoofKernels(
        peakFloat: { unsafe KernelsAVX2.peakFloat($0, rounds: $1) },
        peakInt8: { unsafe KernelsAVX2.peakInt8($0, rounds: $1) },
        readMemory: { unsafe KernelsAVX2.readMemory($0, byteCount: $1) })
}
