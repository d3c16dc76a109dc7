import Kernels

extension VectorKernels {
    /// What works on one row at a time is a small part of a pass, so `base` has it all.
    static func avx512(over base: VectorKernels) -> VectorKernels { base }
}
