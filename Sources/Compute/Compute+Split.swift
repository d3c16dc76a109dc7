extension Compute {
    /// Elements below which the caller's thread alone is done sooner than a barrier of all threads: some 2 µs of
    /// work at a few elements a cycle.
    package static let smallestParallelWork = 1 << 14

    /// Runs a loop over `count` equal items of `elements` each, split over the threads if that pays.
    ///
    /// Items must not depend on each other: which thread has which is not fixed between machines.
    ///
    /// - Parameter work: what recorders see.
    func split<Loop: ItemLoop>(
        _ count: Int, elements: Int, _ loop: Loop, as work: @autoclosure () -> OperationWork
    ) {
        if count * elements < Self.smallestParallelWork {
            pool.runHere(SharedItems(loop: loop, count: count, threadCount: 1), as: work())
        } else {
            pool.split(count, loop, as: work())
        }
    }
}

extension Activations {
    /// - Precondition: the rows exist.
    func require(rows range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a matrix with \(rows) rows")
    }
}
