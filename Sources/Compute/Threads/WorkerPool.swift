import Synchronization
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The caller and `threadCount - 1` workers that run the same function side by side.
///
/// A forward pass is a few hundred parallel regions of some microseconds each, one after the other. So a worker
/// spins for a while after each region, and only then sleeps: while it spins, a region costs two cache-line
/// transfers and neither a lock nor a system call. All spinning is bounded and gives way, so that a machine with
/// fewer free cores than threads gets slower, not stuck.
package final class WorkerPool: Sendable {
    package let threadCount: Int
    package let recorder: OperationRecorder
    private let state: PoolState
    private let counters: PieceCounters
    private let threads: [ThreadHandle]

    package init(threadCount: Int) throws(ComputeError) {
        self.threadCount = threadCount
        recorder = OperationRecorder(threadCount: threadCount)
        counters = PieceCounters(threadCount: threadCount)
        let state = PoolState(workerCount: threadCount - 1)
        self.state = state
        var threads: [ThreadHandle] = []
        for index in 1..<max(threadCount, 1) {
            do throws(ComputeError) {
                threads.append(try ThreadHandle { state.work(index: index) })
            } catch {
                state.stop()
                threads.forEach { $0.join() }
                throw error
            }
        }
        self.threads = threads
    }

    deinit {
        state.stop()
        threads.forEach { $0.join() }
    }

    /// Runs a region with every index in `0..<threadCount`, each on its own thread, 0 on the caller's; returns when
    /// all have returned. What a region wrote is then visible to the caller, and to the next region.
    ///
    /// - Precondition: no region is running on this pool: regions neither nest nor come from two callers at once.
    package func run<Body: Region & ~Copyable>(_ region: borrowing Body) {
        if threadCount == 1 { region.run(thread: 0) } else { state.run(region) }
    }

    /// As ``run(_:)-(Body)`` for a closure, at the price of an allocation.
    package func run(_ body: (_ index: Int) -> Void) {
        withoutActuallyEscaping(body) { run(ClosureRegion(body: $0)) }
    }

    /// Units for the region that runs next, of which all its threads take until none is left.
    package func deal(_ units: Int) -> DealtUnits { counters.deal(units) }

    /// The items of one thread: contiguous ranges in order of the index, whose sizes differ by one at most.
    package static func share(of count: Int, index: Int, among threadCount: Int) -> Range<Int> {
        let (size, rest) = count.quotientAndRemainder(dividingBy: threadCount)
        let start = index * size + min(index, rest)
        return start..<start + size + (index < rest ? 1 : 0)
    }
}
