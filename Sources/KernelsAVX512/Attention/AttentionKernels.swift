import Kernels

extension AttentionKernels {
    /// Passes of many queries are arithmetic, and wide vectors do twice as much of it for a key that was loaded and
    /// widened once. A few queries wait for the cache's pages, so `base` has them, and all else.
    static func avx512(over base: AttentionKernels) -> AttentionKernels {
        var kernels = base
        unsafe kernels.f32.attend = wide(base.f32.attend, attendEightF32(_:_:))
        unsafe kernels.f16.attend = wide(base.f16.attend, attendEightF16(_:_:))
        unsafe kernels.q8.attend = wide(base.q8.attend, attendEightQ8(_:_:))
        return kernels
    }

    /// A kernel that takes eight lanes of a call at a time. Those left over, up to four, go to another, which needs no
    /// longer for them.
    private static func wide(
        _ narrow: @escaping AttendPageKernel, _ kernel: @escaping @Sendable (AttentionCall, LanePass) -> Void
    ) -> AttendPageKernel {
        { call in
            let count = unsafe call.laneCount
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
