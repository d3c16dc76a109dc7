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
    private let state: PoolState
    private let threads: [ThreadHandle]

    package init(threadCount: Int) throws(ComputeError) {
        self.threadCount = threadCount
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

    /// Calls `body` with every index in `0..<threadCount`, each on its own thread, 0 on the caller's; returns when
    /// all have returned. What the body wrote is then visible to the caller, and to the next region.
    ///
    /// - Precondition: no region is running on this pool: regions neither nest nor come from two callers at once.
    package func run(_ body: (_ index: Int) -> Void) {
        if threadCount == 1 { return body(0) }
        withoutActuallyEscaping(body) { body in
            unsafe withUnsafePointer(to: body) { pointer in unsafe state.run(pointer) }
        }
    }

    /// As ``run(_:)``, for work in `count` equal items: each thread gets a contiguous range, fixed by the counts.
    package func split(_ count: Int, _ body: (_ items: Range<Int>) -> Void) {
        if threadCount == 1 || count <= 1 { return count > 0 ? body(0..<count) : () }
        run { index in
            let items = Self.share(of: count, index: index, among: threadCount)
            if !items.isEmpty { body(items) }
        }
    }

    /// The items of one thread: contiguous ranges in order of the index, whose sizes differ by one at most.
    package static func share(of count: Int, index: Int, among threadCount: Int) -> Range<Int> {
        let (size, rest) = count.quotientAndRemainder(dividingBy: threadCount)
        let start = index * size + min(index, rest)
        return start..<start + size + (index < rest ? 1 : 0)
    }
}
