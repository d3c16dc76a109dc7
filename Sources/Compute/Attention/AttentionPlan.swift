/// How attention's work is cut into tasks, each some query heads of one key-value head and a block of a slice's rows.
///
/// A task takes its queries over each page together, so that a page is read once for all of them. How the cut falls
/// changes no result: queries do not mix.
struct AttentionPlan {
    /// Queries of a task: enough that the arithmetic on a page outlasts its way from memory; with head size 128 their
    /// states fill 18 KiB, half the first-level cache.
    static let queries = 32

    let shape: AttentionShape
    /// Tasks that the heads of a group are dealt to.
    let partsPerGroup: Int
    /// Query heads of a task.
    let headsPerTask: Int
    let rowsPerTask: Int
    let taskCount: Int

    init(_ slices: [AttentionSlice], shape: AttentionShape, threadCount: Int) {
        // Few tasks, as with a single token: give each head to another thread, though they read the same keys.
        let tasksOfWholeGroups = Self.tasks(slices, shape, heads: shape.groupSize, parts: 1)
        let parts = tasksOfWholeGroups < 2 * threadCount ? shape.groupSize : 1
        self.shape = shape
        partsPerGroup = parts
        headsPerTask = shape.groupSize / parts
        rowsPerTask = max(1, Self.queries / headsPerTask)
        taskCount = Self.tasks(slices, shape, heads: headsPerTask, parts: parts)
    }

    /// Queries of the largest task.
    var queryCapacity: Int { rowsPerTask * headsPerTask }

    struct Task {
        let slice: AttentionSlice
        let keyValueHead: Int
        let heads: Range<Int>
        let rows: Range<Int>
    }

    /// Of a slice, later rows come first: they see more, and the longest tasks should not start last.
    func task(_ index: Int, of slices: [AttentionSlice]) -> Task {
        var rest = index
        for slice in slices {
            let blocks = (slice.rows.count + rowsPerTask - 1) / rowsPerTask
            let columns = shape.keyValueHeadCount * partsPerGroup
            if rest < blocks * columns {
                let (blockFromEnd, column) = rest.quotientAndRemainder(dividingBy: columns)
                let (head, part) = column.quotientAndRemainder(dividingBy: partsPerGroup)
                let firstHead = head * shape.groupSize + part * headsPerTask
                let firstRow = slice.rows.lowerBound + (blocks - 1 - blockFromEnd) * rowsPerTask
                return Task(
                    slice: slice, keyValueHead: head, heads: firstHead..<firstHead + headsPerTask,
                    rows: firstRow..<min(firstRow + rowsPerTask, slice.rows.upperBound))
            }
            rest -= blocks * columns
        }
        preconditionFailure("task \(index) of \(taskCount)")
    }

    private static func tasks(_ slices: [AttentionSlice], _ shape: AttentionShape, heads: Int, parts: Int) -> Int {
        let rows = max(1, queries / heads)
        return slices.reduce(0) { $0 + ($1.rows.count + rows - 1) / rows } * shape.keyValueHeadCount * parts
    }
}
