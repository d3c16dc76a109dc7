public import Kernels

extension AttentionKernels {
    /// AVX2, FMA and F16C. What runs once a query or once a token, not once a page, stays portable, but for notice of the lines
    /// that a token is stored to.
    public static let avx2: AttentionKernels = {
        var kernels = unsafe AttentionKernels(
            begin: portable.begin, quantizeQuery: portable.quantizeQuery, finish: portable.finish,
            f32: CachePageKernels(attend: attendPageF32(_:), store: storeCacheF32(_:)),
            f16: CachePageKernels(attend: attendPageF16(_:), store: storeCacheF16(_:)),
            q8: CachePageKernels(attend: attendPageQ8(_:), store: withNotice(portable.q8.store)))
        kernels.streams = headStreams
        return kernels
    }()

    private static func withNotice(_ store: @escaping StoreCacheKernel) -> StoreCacheKernel {
        { call in
            unsafe prefetchQuantizedSlot(call)
            unsafe store(call)
        }
    }
}
