/// Running what somebody may want to know the time of.
extension WorkerPool {
    /// As ``run(_:)-(Body)``, for an operation that recorders see.
    ///
    /// - Parameter work: looked at only while something is recorded.
    package func run<Body: Region & ~Copyable>(_ region: borrowing Body, as work: @autoclosure () -> OperationWork) {
        if recorder.isRecording { runTimed(region, work()) } else { run(region) }
    }

    /// Runs a loop over `count` equal items: each thread gets a contiguous range, fixed by the counts.
    package func split<Loop: ItemLoop>(_ count: Int, _ loop: Loop, as work: @autoclosure () -> OperationWork) {
        if threadCount == 1 || count <= 1 {
            runHere(SharedItems(loop: loop, count: count, threadCount: 1), as: work())
        } else {
            run(SharedItems(loop: loop, count: count, threadCount: threadCount), as: work())
        }
    }

    /// Runs a region whole on the caller's thread: it is done sooner than a barrier.
    package func runHere<Body: Region & ~Copyable>(
        _ region: borrowing Body, as work: @autoclosure () -> OperationWork
    ) {
        guard recorder.isRecording, let operation = recorder.begin(work()) else { return region.run(thread: 0) }
        let start = MonotonicClock.now
        region.run(thread: 0)
        operation.set(thread: 0, since: start)
        recorder.end(operation)
    }

    // Out of the way of what runs without a recorder.
    @inline(never)
    private func runTimed<Body: Region & ~Copyable>(_ region: borrowing Body, _ work: OperationWork) {
        guard let operation = recorder.begin(work) else { return run(region) }
        unsafe withUnsafePointer(to: region) { unsafe run(TimedRegion(body: $0, operation: operation)) }
        recorder.end(operation)
    }
}

/// A region between two looks at the clock.
@unsafe private struct TimedRegion<Body: Region & ~Copyable>: Region {
    let body: UnsafePointer<Body>
    let operation: TimedOperation

    func run(thread index: Int) {
        let start = MonotonicClock.now
        unsafe body.pointee.run(thread: index)
        unsafe operation.set(thread: index, since: start)
    }
}
