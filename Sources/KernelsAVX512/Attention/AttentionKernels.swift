import Kernels

/// Takes the lanes of a pass over a page.
private typealias PassKernel = @Sendable (AttentionCall, LanePass) -> Void

extension AttentionKernels {
    /// Passes of many queries are arithmetic, and wide vectors do twice as much of it for a key that was loaded and
    /// widened once. A few queries wait for the cache's pages, so `base` has them, and all else; but one alone over pages of 8
    /// bits, whose instructions keep a core from having more lines under way.
    static func avx512(over base: AttentionKernels) -> AttentionKernels {
        var kernels = base
        unsafe kernels.f32.attend = wide(base.f32.attend, attendEightF32(_:_:))
        unsafe kernels.f16.attend = wide(base.f16.attend, attendEightF16(_:_:))
        unsafe kernels.q8.attend = wide(base.q8.attend, attendEightQ8(_:_:), one: attendOneQ8(_:_:))
        return kernels
    }

    /// A kernel that takes eight lanes of a call at a time, and one lane alone if it has something for that. Those left over,
    /// up to four, go to another, which needs no longer for them.
    private static func wide(
        _ narrow: @escaping AttendPageKernel, _ kernel: @escaping PassKernel, one: PassKernel? = nil
    ) -> AttendPageKernel {
        { call in
            let count = unsafe call.laneCount
            if count == 1, let one = unsafe one { return unsafe one(call, LanePass(call.lanes, count: 1)) }
            var index = 0
            while unsafe count - index > LanePass.capacity / 2 {
                let lanes = unsafe min(LanePass.capacity, count - index)
                unsafe kernel(call, LanePass(call.lanes + index, count: lanes))
                index += lanes
            }
            if index == count { return }
            var rest = unsafe call
            unsafe rest.lanes += index
            unsafe rest.laneCount -= index
            unsafe narrow(rest)
        }
    }
}
