import Kernels

/// One thread's memory for the queries of a task.
///
///     | scores | states | quantised queries, where there are | pointers to the queries | lanes of a page |
@unsafe struct AttentionScratch {
    let scores: UnsafeMutablePointer<Float>
    private let states: UnsafeMutablePointer<Float>
    private let stateFloats: Int
    private let quantized: UnsafeMutableRawPointer
    private let quantizedBytes: Int
    let queries: UnsafeMutablePointer<UnsafeRawPointer>
    let lanes: UnsafeMutablePointer<AttentionLane>

    init(_ base: UnsafeMutableRawPointer, plan: AttentionPlan) {
        let layout = Layout(plan)
        unsafe scores = base.assumingMemoryBound(to: Float.self)
        unsafe states = (base + layout.states).assumingMemoryBound(to: Float.self)
        unsafe stateFloats = layout.stateBytes / 4
        unsafe quantized = base + layout.quantized
        unsafe quantizedBytes = layout.quantizedBytes
        unsafe queries = (base + layout.queries).assumingMemoryBound(to: UnsafeRawPointer.self)
        unsafe lanes = (base + layout.lanes).assumingMemoryBound(to: AttentionLane.self)
    }

    func state(_ query: Int) -> UnsafeMutablePointer<Float> { unsafe states + query * stateFloats }

    func quantizedQuery(_ query: Int) -> UnsafeMutableRawPointer { unsafe quantized + query * quantizedBytes }

    /// Bytes that each thread needs.
    static func bytes(_ plan: AttentionPlan) -> Int { Layout(plan).byteCount }

    /// Where the parts begin, all at multiples of 16 bytes.
    private struct Layout {
        let states: Int
        let stateBytes: Int
        let quantized: Int
        let quantizedBytes: Int
        let queries: Int
        let lanes: Int
        let byteCount: Int

        init(_ plan: AttentionPlan) {
            let count = plan.queryCapacity
            stateBytes = 4 * AttentionState.floats(valueStride: plan.shape.pageLayout(.f32).valueStride)
            quantizedBytes = QuantizedQuery.bytes(headSize: plan.shape.headSize)
            states = 4 * (unsafe AttentionCall.scoreFloats)
            quantized = states + count * stateBytes
            queries = quantized + count * quantizedBytes
            lanes = queries + (8 * count + 15) / 16 * 16
            byteCount = lanes + count * (unsafe MemoryLayout<AttentionLane>.stride)
        }
    }
}
