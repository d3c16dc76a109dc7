import Kernels
import Synchronization

extension Compute {
    /// Causal attention by streaming softmax: `out[r] = softmax(scale · q kᵀ) v` over the positions visible to row r.
    ///
    ///     x     (rows, ≥ headCount · headSize)     the queries of all heads stand in the first columns
    ///     out   (rows, ≥ headCount · headSize)
    ///
    /// Pages are absolute stretches of positions, and each query takes its own in ascending order: results depend
    /// neither on the chunks that a sequence came in, nor on its neighbours, nor on the threads.
    ///
    /// - Precondition: the caches hold every position visible to the rows, the rows' own included.
    public func attend(_ x: Activations, slices: [AttentionSlice], shape: AttentionShape, into out: Activations) {
        let columns = shape.headCount * shape.headSize
        precondition(x.columns >= columns && out.columns >= columns, "heads beyond the columns")
        var work = 0
        for slice in slices {
            precondition(slice.pages.shape == shape && slice.firstPosition >= 0, "a cache of another shape")
            x.require(rows: slice.rows)
            out.require(rows: slice.rows)
            let visible = slice.firstPosition + slice.rows.count - shape.firstVisible(from: slice.firstPosition)
            work += slice.rows.count * visible * columns
        }
        let plan = AttentionPlan(slices, shape: shape, threadCount: threadCount)
        scratch.reservePerThread(plan.scratchBytes)
        let tasks = AttentionTasks(compute: self, plan: plan, x: x, slices: slices, out: out)
        // An element of a visible key takes two multiply-adds, at 16 a cycle: eight times as many for the same time.
        if work < 8 * Self.smallestParallelWork || threadCount == 1 {
            tasks.run(thread: 0)
        } else {
            pool.run(tasks)
        }
    }

    /// Takes the queries of a task over all pages that any of them sees.
    fileprivate func attend(
        _ task: AttentionPlan.Task, _ x: Activations, _ shape: AttentionShape, _ memory: AttentionScratch,
        into out: Activations
    ) {
        let (slice, pages) = (task.slice, task.slice.pages)
        let (headSize, stride) = (shape.headSize, pages.layout.valueStride)
        let attention = kernels.attention
        let attendPage = unsafe pages.type == .f32 ? attention.attendPageF32 : attention.attendPageF16
        let stateFloats = AttentionState.floats(valueStride: stride)
        let offset = slice.firstPosition - slice.rows.lowerBound
        let queryCount = task.rows.count * task.heads.count
        for query in 0..<queryCount { unsafe attention.begin(memory.states + query * stateFloats, stride) }

        let first = shape.firstVisible(from: task.rows.lowerBound + offset)
        let end = task.rows.upperBound + offset
        for page in first / CachePages.pageTokens..<(end - 1) / CachePages.pageTokens + 1 {
            let start = page * CachePages.pageTokens
            var laneCount = 0
            var state = unsafe memory.states
            for row in task.rows {
                let position = row + offset
                let firstSlot = max(0, shape.firstVisible(from: position) - start)
                let endSlot = min(CachePages.pageTokens, position + 1 - start)
                for head in task.heads {
                    if firstSlot < endSlot {
                        unsafe memory.lanes[laneCount] = AttentionLane(
                            query: UnsafePointer(x.pointer(row: row)) + head * headSize, state: state,
                            first: firstSlot, end: endSlot)
                        laneCount += 1
                    }
                    unsafe state += stateFloats
                }
            }
            let keys = unsafe pages.pointer(page: page, head: task.keyValueHead)
            unsafe attendPage(
                AttentionCall(
                    keys: keys, values: keys + pages.layout.keyBytes, headSize: headSize, valueStride: stride,
                    scale: shape.scale, lanes: memory.lanes, laneCount: laneCount, scores: memory.scores))
        }

        var state = unsafe memory.states
        for row in task.rows {
            for head in task.heads {
                unsafe attention.finish(state, out.pointer(row: row) + head * headSize, headSize)
                unsafe state += stateFloats
            }
        }
    }
}

/// The tasks of one call, taken one after another from a counter that the threads share.
private struct AttentionTasks: Region, ~Copyable {
    let compute: Compute
    let plan: AttentionPlan
    let x: Activations
    let slices: [AttentionSlice]
    let out: Activations
    private let next = Atomic<Int>(0)

    init(compute: Compute, plan: AttentionPlan, x: Activations, slices: [AttentionSlice], out: Activations) {
        self.compute = compute
        self.plan = plan
        self.x = x
        self.slices = slices
        self.out = out
    }

    func run(thread index: Int) {
        let memory = unsafe AttentionScratch(compute.scratch.bytes(ofThread: index), plan: plan)
        while true {
            let task = next.add(1, ordering: .relaxed).oldValue
            guard task < plan.taskCount else { return }
            unsafe compute.attend(plan.task(task, of: slices), x, plan.shape, memory, into: out)
        }
    }
}

/// One thread's memory for the queries of a task.
///
///     | scores | states of all queries | lanes |
@unsafe private struct AttentionScratch {
    let scores: UnsafeMutablePointer<Float>
    let states: UnsafeMutablePointer<Float>
    let lanes: UnsafeMutablePointer<AttentionLane>

    init(_ base: UnsafeMutableRawPointer, plan: AttentionPlan) {
        let scores = unsafe base.assumingMemoryBound(to: Float.self)
        unsafe self.scores = unsafe scores
        unsafe states = unsafe scores + AttentionPlan.scoreFloats
        let lanes = unsafe scores + (AttentionPlan.scoreFloats + plan.stateFloats)
        unsafe self.lanes = unsafe UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: AttentionLane.self)
    }
}

extension AttentionPlan {
    static let scoreFloats = unsafe AttentionCall.scoreFloats

    /// Floats of the states of a task's queries.
    var stateFloats: Int {
        queryCapacity * AttentionState.floats(valueStride: shape.pageLayout(.f32).valueStride)
    }

    /// What each thread needs.
    var scratchBytes: Int {
        (Self.scoreFloats + stateFloats) * 4 + queryCapacity * (unsafe MemoryLayout<AttentionLane>.stride)
    }
}
