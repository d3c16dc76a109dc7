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
            precondition(slice.pages.type == slices[0].pages.type, "caches of several types")
            x.require(rows: slice.rows)
            out.require(rows: slice.rows)
            let visible = slice.firstPosition + slice.rows.count - shape.firstVisible(from: slice.firstPosition)
            work += slice.rows.count * visible * columns
        }
        let plan = AttentionPlan(slices, shape: shape, threadCount: threadCount)
        scratch.reservePerThread(unsafe AttentionScratch.bytes(plan))
        let tasks = AttentionTasks(compute: self, plan: plan, x: x, slices: slices, out: out)
        // An element of a visible key takes two multiply-adds of many at once: twice as many for the same time.
        if work < 2 * Self.smallestParallelWork || threadCount == 1 {
            pool.runHere(tasks, as: .attention(slices, shape))
        } else {
            pool.run(tasks, as: .attention(slices, shape))
        }
    }

    /// Takes the queries of a task over all pages that any of them sees.
    fileprivate func attend(
        _ task: AttentionPlan.Task, _ x: Activations, _ shape: AttentionShape, _ memory: AttentionScratch,
        into out: Activations
    ) {
        let (slice, pages) = (task.slice, task.slice.pages)
        let (headSize, layout) = (shape.headSize, pages.layout)
        let attendPage = unsafe kernels.attention.pageKernels(pages.type).attend
        let offset = slice.firstPosition - slice.rows.lowerBound
        unsafe begin(task, x, shape, memory)
        let first = shape.firstVisible(from: task.rows.lowerBound + offset)
        let end = task.rows.upperBound + offset
        let lastPage = (end - 1) / CachePages.pageTokens
        for page in first / CachePages.pageTokens...lastPage {
            let laneCount = unsafe setLanes(task, shape, page: page, memory)
            let (layer, head) = (slice.layer, task.keyValueHeads.lowerBound)
            let keys = unsafe pages.pointer(page: page, layer: layer, head: head)
            let nextKeys = unsafe pages.pointer(page: min(page + 1, lastPage), layer: layer, head: head)
            unsafe attendPage(
                AttentionCall(
                    keys: keys, values: keys + layout.keyBytes, nextKeys: nextKeys,
                    headCount: task.keyValueHeads.count, headStride: layout.headBytes, headSize: headSize,
                    valueStride: layout.valueStride, scale: shape.scale, lanes: memory.lanes, laneCount: laneCount,
                    streams: kernels.attention.streams, scores: memory.scores))
        }
        var query = 0
        forEachQuery(of: task, shape) { row, column in
            unsafe kernels.attention.finish(memory.state(query), out.pointer(row: row) + column, headSize)
            query += 1
        }
    }

    /// Sets up the states of a task's queries, and the queries in the form that the pages ask for.
    private func begin(
        _ task: AttentionPlan.Task, _ x: Activations, _ shape: AttentionShape, _ memory: AttentionScratch
    ) {
        let pages = task.slice.pages
        var query = 0
        forEachQuery(of: task, shape) { row, column in
            let source = unsafe x.pointer(row: row) + column
            unsafe kernels.attention.begin(memory.state(query), pages.layout.valueStride)
            if pages.type == .q8 {
                let quantized = unsafe memory.quantizedQuery(query)
                unsafe kernels.attention.quantizeQuery(source, shape.headSize, quantized)
                unsafe memory.queries[query] = UnsafeRawPointer(quantized)
            } else {
                unsafe memory.queries[query] = UnsafeRawPointer(source)
            }
            query += 1
        }
    }

    /// Lists the queries that see a page, and what they see of it, one key-value head after the other.
    ///
    /// - Returns: the number of each head.
    private func setLanes(
        _ task: AttentionPlan.Task, _ shape: AttentionShape, page: Int, _ memory: AttentionScratch
    ) -> Int {
        let start = page * CachePages.pageTokens
        var (query, count) = (0, 0)
        forEachQuery(of: task, shape) { row, _ in
            let position = row - task.slice.rows.lowerBound + task.slice.firstPosition
            let first = max(0, shape.firstVisible(from: position) - start)
            let end = min(CachePages.pageTokens, position + 1 - start)
            if first < end {
                unsafe memory.lanes[count] = AttentionLane(
                    query: memory.queries[query], state: memory.state(query), first: first, end: end)
                count += 1
            }
            query += 1
        }
        return count / task.keyValueHeads.count
    }

    /// The rows and first columns of a task's queries, in the order in which the page loop meets them.
    @inline(__always)
    private func forEachQuery(
        of task: AttentionPlan.Task, _ shape: AttentionShape, _ body: (_ row: Int, _ column: Int) -> Void
    ) {
        for keyValueHead in task.keyValueHeads {
            for row in task.rows {
                for head in task.heads { body(row, (keyValueHead * shape.groupSize + head) * shape.headSize) }
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
