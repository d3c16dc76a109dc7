public import Kernels

extension AttentionKernels {
    /// AVX2, FMA and F16C. What runs once a query, not once a page, stays portable.
    public static let avx2 = unsafe AttentionKernels(
        begin: portable.begin, attendPageF32: attendPageF32(_:), attendPageF16: attendPageF16(_:),
        finish: portable.finish, storeF32: storeCacheF32(_:), storeF16: storeCacheF16(_:))
}
