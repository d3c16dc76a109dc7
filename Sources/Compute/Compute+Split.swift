extension Compute {
    /// Elements below which the caller's thread alone is done sooner than a barrier of all threads: some 2 µs of
    /// work at a few elements a cycle.
    package static let smallestParallelWork = 1 << 14

    /// Runs `body` over `count` equal items of `elements` each, split over the threads if that pays.
    ///
    /// Items must not depend on each other: which thread has which is not fixed between machines.
    func split(_ count: Int, elements: Int, _ body: (_ items: Range<Int>) -> Void) {
        if count * elements < Self.smallestParallelWork {
            if count > 0 { body(0..<count) }
        } else {
            pool.split(count, body)
        }
    }
}

extension Activations {
    /// - Precondition: the rows exist.
    func require(rows range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a matrix with \(rows) rows")
    }
}
