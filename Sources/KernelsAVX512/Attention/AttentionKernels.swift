import Kernels

/// Takes the lanes of a pass over a page.
private typealias PassKernel = @Sendable (AttentionCall, LanePass) -> Void

extension AttentionKernels {
    /// Passes of many queries are arithmetic, and wide vectors do twice as much of it for a key that was loaded and
    /// widened once. A few queries wait for the cache's pages, so `base` has them, and all else; but those of a token over pages of
    /// 8 bits, one for each head, whose instructions keep a core from having more lines under way.
    static func avx512(over base: AttentionKernels) -> AttentionKernels {
        var kernels = base
        unsafe kernels.f32.attend = wide(base.f32.attend, attendEightF32(_:_:))
        unsafe kernels.f16.attend = wide(base.f16.attend, attendEightF16(_:_:))
        unsafe kernels.q8.attend = wide(base.q8.attend, attendEightQ8(_:_:), one: attendOneQ8(_:))
        return kernels
    }

    /// A kernel that takes eight lanes of a head at a time, and `one` if heads have one lane. Those left over, up to four, go to
    /// another, which needs no longer for them.
    private static func wide(
        _ narrow: @escaping AttendPageKernel, _ kernel: @escaping PassKernel, one: AttendPageKernel? = nil
    ) -> AttendPageKernel {
        { call in
            let count = unsafe call.laneCount
            if count == 1, let one = unsafe one { return unsafe one(call) }
            if unsafe count <= LanePass.capacity / 2 { return unsafe narrow(call) }
            for head in unsafe 0..<call.headCount {
                var part = unsafe call.head(head)
                while unsafe part.laneCount > LanePass.capacity / 2 {
                    let lanes = unsafe min(LanePass.capacity, part.laneCount)
                    unsafe kernel(part, LanePass(part.lanes, count: lanes))
                    unsafe part.lanes += lanes
                    unsafe part.laneCount -= lanes
                }
                if unsafe part.laneCount > 0 { unsafe narrow(part) }
            }
        }
    }
}
