/// Takes queries over one page: see ``attendPageF32(_:)``.
public typealias AttendPageKernel = @Sendable (_ call: AttentionCall) -> Void

/// Writes keys and values into a page: see ``storeCacheF32(_:)``.
public typealias StoreCacheKernel = @Sendable (_ call: CacheStoreCall) -> Void

/// Sets up the state of a query: see ``beginAttention(_:valueStride:)``.
public typealias BeginAttentionKernel = @Sendable (_ state: UnsafeMutablePointer<Float>, _ valueStride: Int) -> Void

/// Writes the result of a query: see ``finishAttention(_:into:headSize:)``.
public typealias FinishAttentionKernel =
    @Sendable (_ state: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>, _ headSize: Int) -> Void

/// The function values by which ``KernelSet`` holds attention over cache pages.
@safe public struct AttentionKernels: Sendable {
    @unsafe public var begin: BeginAttentionKernel
    @unsafe public var attendPageF32: AttendPageKernel
    @unsafe public var attendPageF16: AttendPageKernel
    @unsafe public var finish: FinishAttentionKernel
    @unsafe public var storeF32: StoreCacheKernel
    @unsafe public var storeF16: StoreCacheKernel

    public init(
        begin: @escaping BeginAttentionKernel, attendPageF32: @escaping AttendPageKernel,
        attendPageF16: @escaping AttendPageKernel, finish: @escaping FinishAttentionKernel,
        storeF32: @escaping StoreCacheKernel, storeF16: @escaping StoreCacheKernel
    ) {
        unsafe self.begin = begin
        unsafe self.attendPageF32 = attendPageF32
        unsafe self.attendPageF16 = attendPageF16
        unsafe self.finish = finish
        unsafe self.storeF32 = storeF32
        unsafe self.storeF16 = storeF16
    }

    public static let portable = unsafe AttentionKernels(
        begin: beginAttention(_:valueStride:), attendPageF32: attendPageF32(_:), attendPageF16: attendPageF16(_:),
        finish: finishAttention(_:into:headSize:), storeF32: storeCacheF32(_:), storeF16: storeCacheF16(_:))
}
