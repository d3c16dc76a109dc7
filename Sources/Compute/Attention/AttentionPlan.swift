import Kernels

/// How attention's work is cut into tasks: a block of a slice's rows, and heads that it takes over the pages.
///
/// A task takes its queries over each page together, so that a page is read once for all of them. Where a slice has
/// many rows, a task has the query heads of one key-value head, or a part of them. Where it has few, as with a single
/// token, it has several key-value heads, one after the other within each page: their keys and values are one stream.
/// How the cut falls changes no result: queries do not mix.
struct AttentionPlan {
    /// Queries of a task: enough that the arithmetic on a page outlasts its way from memory; with head size 128 their
    /// states fill 18 KiB, half the first-level cache.
    static let queries = 32
    /// Tasks that a thread should find: the last one of another may keep it waiting for a fraction of its time. But the fewer
    /// there are, the longer a stream are the heads of one, and a processor fetches ahead once a stream has begun: one token
    /// of Phi-3-mini reads pages of q8 at 85 % of memory's speed with two, at 70 % with four (two cores of Zen 4); f16 and
    /// f32, whose heads are longer, gain 3 %.
    ///
    /// A single block of rows falls into equal tasks, one for each thread: two would spare a thread the wait for one that is half as
    /// fast, and no other. Four streams of q8 read 1.04 times as fast so (Zen 3).
    static func tasksPerThread(blocks: Int) -> Int { blocks == 1 ? 1 : 2 }

    let shape: AttentionShape
    /// Key-value heads of a task; the last one may have fewer.
    let keyValueHeadsPerTask: Int
    /// Tasks that the query heads of a key-value head are dealt to.
    let partsPerGroup: Int
    /// Query heads of a task for each of its key-value heads.
    let headsPerTask: Int
    let rowsPerTask: Int
    let taskCount: Int
    /// Tasks that share a block of rows.
    private let columns: Int

    init(_ slices: [AttentionSlice], shape: AttentionShape, threadCount: Int) {
        self.shape = shape
        partsPerGroup = Self.partsPerGroup(slices, shape, threadCount: threadCount)
        headsPerTask = shape.groupSize / partsPerGroup
        let rows = Self.rows(headsPerTask)
        var (longest, blocks) = (0, 0)
        for slice in slices {
            longest = max(longest, slice.rows.count)
            blocks += (slice.rows.count + rows - 1) / rows
        }
        rowsPerTask = max(1, min(rows, longest))
        let capacity = Self.queries / (rowsPerTask * headsPerTask)
        let plenty = shape.keyValueHeadCount * blocks / (Self.tasksPerThread(blocks: blocks) * threadCount)
        keyValueHeadsPerTask = partsPerGroup > 1 ? 1 : max(1, min(capacity, plenty, shape.keyValueHeadCount))
        columns = (shape.keyValueHeadCount + keyValueHeadsPerTask - 1) / keyValueHeadsPerTask * partsPerGroup
        taskCount = blocks * columns
    }

    /// Rows of a task: as many as give it its queries, or a few less, if that makes passes over a page that are all full.
    private static func rows(_ heads: Int) -> Int {
        let (most, lanes) = (max(1, queries / heads), unsafe AttentionCall.lanesPerPass)
        return (1...most).last { $0 * heads % lanes == 0 } ?? most
    }

    /// Queries of the largest task.
    var queryCapacity: Int { keyValueHeadsPerTask * rowsPerTask * headsPerTask }

    struct Task {
        let slice: AttentionSlice
        let keyValueHeads: Range<Int>
        /// Query heads of each, counted from its first.
        let heads: Range<Int>
        let rows: Range<Int>
    }

    /// Of a slice, later rows come first: they see more, and the longest tasks should not start last.
    func task(_ index: Int, of slices: [AttentionSlice]) -> Task {
        var rest = index
        for slice in slices {
            let blocks = (slice.rows.count + rowsPerTask - 1) / rowsPerTask
            if rest < blocks * columns {
                let (blockFromEnd, column) = rest.quotientAndRemainder(dividingBy: columns)
                let (part, heads) = (column % partsPerGroup, column / partsPerGroup * keyValueHeadsPerTask)
                let firstRow = slice.rows.lowerBound + (blocks - 1 - blockFromEnd) * rowsPerTask
                return Task(
                    slice: slice,
                    keyValueHeads: heads..<min(heads + keyValueHeadsPerTask, shape.keyValueHeadCount),
                    heads: part * headsPerTask..<(part + 1) * headsPerTask,
                    rows: firstRow..<min(firstRow + rowsPerTask, slice.rows.upperBound))
            }
            rest -= blocks * columns
        }
        preconditionFailure("task \(index) of \(taskCount)")
    }

    /// The query heads of a group read the same keys, and go together unless that leaves threads without work: then they
    /// are dealt to as few tasks as keep the threads busy for all but a third of the time.
    private static func partsPerGroup(_ slices: [AttentionSlice], _ shape: AttentionShape, threadCount: Int) -> Int {
        let rows = max(1, queries / shape.groupSize)
        let tasks = slices.reduce(0) { $0 + ($1.rows.count + rows - 1) / rows } * shape.keyValueHeadCount
        for parts in 1..<shape.groupSize where shape.groupSize % parts == 0 {
            let rounds = (tasks * parts + threadCount - 1) / threadCount
            if 2 * rounds * threadCount <= 3 * tasks * parts { return parts }
        }
        return shape.groupSize
    }
}
