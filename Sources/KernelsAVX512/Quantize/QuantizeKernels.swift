import Kernels

extension QuantizeKernels {
    /// Eight blocks side by side fill the registers of the narrower set.
    static func avx512(over base: QuantizeKernels) -> QuantizeKernels { base }
}
