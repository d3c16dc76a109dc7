/// Takes queries over one page: see ``attendPageF32(_:)``, ``attendPageQ8(_:)``.
public typealias AttendPageKernel = @Sendable (_ call: AttentionCall) -> Void

/// Writes keys and values into a page: see ``storeCacheF32(_:)``, ``storeCacheQ8(_:)``.
public typealias StoreCacheKernel = @Sendable (_ call: CacheStoreCall) -> Void

/// Sets up the state of a query: see ``beginAttention(_:valueStride:)``.
public typealias BeginAttentionKernel = @Sendable (_ state: UnsafeMutablePointer<Float>, _ valueStride: Int) -> Void

/// Quantises a query for pages of integers: see ``quantizeQuery(_:headSize:into:)``.
public typealias QuantizeQueryKernel =
    @Sendable (_ query: UnsafePointer<Float>, _ headSize: Int, _ destination: UnsafeMutableRawPointer) -> Void

/// Writes the result of a query: see ``finishAttention(_:into:headSize:)``.
public typealias FinishAttentionKernel =
    @Sendable (_ state: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>, _ headSize: Int) -> Void

/// The kernels of one type of page.
@safe public struct CachePageKernels: Sendable {
    @unsafe public var attend: AttendPageKernel
    @unsafe public var store: StoreCacheKernel

    public init(attend: @escaping AttendPageKernel, store: @escaping StoreCacheKernel) {
        unsafe self.attend = attend
        unsafe self.store = store
    }
}

/// The function values by which ``KernelSet`` holds attention over cache pages.
@safe public struct AttentionKernels: Sendable {
    @unsafe public var begin: BeginAttentionKernel
    @unsafe public var quantizeQuery: QuantizeQueryKernel
    @unsafe public var finish: FinishAttentionKernel
    public var f32: CachePageKernels
    public var f16: CachePageKernels
    public var q8: CachePageKernels
    /// Heads that a call of one lane reads side by side, where memory serves several streams faster than one; or 1.
    public var streams = 1

    public init(
        begin: @escaping BeginAttentionKernel, quantizeQuery: @escaping QuantizeQueryKernel,
        finish: @escaping FinishAttentionKernel, f32: CachePageKernels, f16: CachePageKernels, q8: CachePageKernels
    ) {
        unsafe self.begin = begin
        unsafe self.quantizeQuery = quantizeQuery
        unsafe self.finish = finish
        self.f32 = f32
        self.f16 = f16
        self.q8 = q8
    }

    public static let portable = unsafe AttentionKernels(
        begin: beginAttention(_:valueStride:), quantizeQuery: quantizeQuery(_:headSize:into:),
        finish: finishAttention(_:into:headSize:),
        f32: CachePageKernels(attend: attendPageF32(_:), store: storeCacheF32(_:)),
        f16: CachePageKernels(attend: attendPageF16(_:), store: storeCacheF16(_:)),
        q8: CachePageKernels(attend: attendPageQ8(_:), store: storeCacheQ8(_:)))
}
