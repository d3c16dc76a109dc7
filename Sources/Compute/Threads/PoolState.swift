import Synchronization
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the threads of a ``WorkerPool`` share: the number of the current region, what it does, and who is not done.
///
/// The caller publishes a region by counting `number` up; each worker runs it and counts `unfinished` down; the
/// caller waits for zero. Whoever waits spins first, then gives its core away for a while, then sleeps on a
/// condition variable. A sleeper announces itself before it looks a last time, and a waker looks for sleepers
/// after it has published (both sequentially consistent), so no wake-up is lost.
@safe final class PoolState: @unchecked Sendable {
    // Written once a region by the caller, read by spinning workers.
    private let number = Atomic<UInt>(0)
    /// The current region, and the type that knows how to run what stands there: together an existential that needs
    /// no box.
    private var region: UnsafeRawPointer?
    private var type: (any (Region & ~Copyable).Type)?
    private let isStopping = Atomic<Bool>(false)
    private let padding1 = CacheLine()
    // Written by every worker.
    private let unfinished = Atomic<Int>(0)
    private let padding2 = CacheLine()
    private let sleepers = Atomic<Int>(0)

    private let workerCount: Int
    private let placement: CorePlacement
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    /// Some 30 µs of loads from the own cache: longer than the serial stretches between the regions of one token.
    private static let spins = 30_000
    /// Then to the end of the scheduler's queue again and again for so many nanoseconds, longer than what lies between two tokens:
    /// workers wake up once an answer and not once a token.
    private static let patience: UInt64 = 500_000
    /// Nanoseconds after which somebody else had the core meanwhile. Who waits in the queue then waits for the other's time
    /// to be over, whereas a sleeper who is woken goes first.
    private static let othersTurn: UInt64 = 50_000

    init(workerCount: Int) {
        self.workerCount = workerCount
        placement = CorePlacement(threadCount: workerCount + 1)
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs a region on the workers and, as index 0, on the caller's thread.
    func run<Body: Region & ~Copyable>(_ body: borrowing Body) {
        let previous = unfinished.exchange(workerCount, ordering: .acquiringAndReleasing)
        precondition(previous == 0, "a region was started while another one is running")
        unsafe withUnsafePointer(to: body) { pointer in
            unsafe region = UnsafeRawPointer(pointer)
            type = Body.self
            number.add(1, ordering: .sequentiallyConsistent)
            wakeSleepers()
            placement.settle(thread: 0)
            body.run(thread: 0)
            wait { self.unfinished.load(ordering: .sequentiallyConsistent) == 0 }
        }
    }

    /// The life of one worker.
    func work(index: Int) {
        var seen: UInt = 0
        while true {
            wait { self.number.load(ordering: .sequentiallyConsistent) != seen }
            seen &+= 1
            if isStopping.load(ordering: .acquiring) { return }
            placement.settle(thread: index)
            if let type, let region = unsafe region { unsafe type.run(at: region, thread: index) }
            if unfinished.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { wakeSleepers() }
        }
    }

    /// Ends all workers, once no region is running.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        number.add(1, ordering: .sequentiallyConsistent)
        wakeSleepers()
    }

    @inline(__always)
    private func wait(until isReady: () -> Bool) {
        for _ in 0..<Self.spins {
            if isReady() { return }
        }
        let start = MonotonicClock.now
        var now = start
        while now - start < Self.patience {
            sched_yield()
            if isReady() { return }
            let last = now
            now = MonotonicClock.now
            if now - last > Self.othersTurn { break }
        }
        unsafe pthread_mutex_lock(mutex)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while !isReady() { unsafe pthread_cond_wait(condition, mutex) }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        unsafe pthread_mutex_unlock(mutex)
    }

    @inline(__always)
    private func wakeSleepers() {
        guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(mutex)
    }
}

/// 128 bytes, so that what stands before and after it never shares a cache line (nor a prefetched pair of them).
struct CacheLine {
    private let bytes: InlineArray<16, UInt64> = .init(repeating: 0)
}
