import Kernels

extension AttentionKernels {
    /// Attention waits for the cache's pages, so `base` has it all.
    static func avx512(over base: AttentionKernels) -> AttentionKernels { base }
}
