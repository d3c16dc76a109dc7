import CScheduler
import Compute
import Foundation
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
    /// Every index once a region, in regions without end, also with more threads than cores.
    @Test(arguments: [1, 2, 3, 8])
    func runsEveryIndexOnce(threads: Int) throws {
        let pool = try WorkerPool(threadCount: threads)
        let counts = Counters()
        for _ in 0..<300 { pool.run { index in counts.add(1, at: index) } }
        #expect(counts.values(threads) == [Int](repeating: 300, count: threads))
    }

    /// What one region wrote, the next one reads.
    @Test func regionsAreOrdered() throws {
        let pool = try WorkerPool(threadCount: 3)
        let counts = Counters()
        for round in 0..<200 {
            pool.run { index in
                if counts.value((index + 1) % 3) < round { counts.add(1_000_000, at: index) }
            }
            pool.run { index in counts.add(1, at: index) }
        }
        #expect(counts.values(3) == [200, 200, 200])
    }

    /// Workers that went to sleep wake up.
    @Test func wakesSleepers() async throws {
        let pool = try WorkerPool(threadCount: 3)
        let counts = Counters()
        for _ in 0..<5 {
            try await Task.sleep(for: .milliseconds(20))
            pool.run { index in counts.add(1, at: index) }
        }
        #expect(counts.values(3) == [5, 5, 5])
    }

    /// Pools come and go without leaving threads behind that a later one would wait for.
    @Test func shutsDown() throws {
        for threads in [1, 2, 5] {
            for _ in 0..<20 { _ = try WorkerPool(threadCount: threads) }
        }
    }

    @Test func sharesCoverEverythingInOrder() {
        for count in [0, 1, 2, 7, 64, 65] {
            for threads in 1...9 {
                let shares = (0..<threads).map { WorkerPool.share(of: count, index: $0, among: threads) }
                #expect(shares.flatMap { Array($0) } == Array(0..<count))
                let sizes = shares.map(\.count)
                #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            }
        }
    }

    /// Every unit once, whoever takes it, round after round.
    @Test(arguments: [1, 2, 3, 8])
    func dealsEveryUnitOnce(threads: Int) throws {
        let pool = try WorkerPool(threadCount: threads)
        for (round, count) in [0, 1, 5, 16, 3, 16, 16, 0, 7].enumerated() {
            for bounds in [nil, 1...1, 1...4, 3...16, 2...100] as [ClosedRange<Int>?] {
                let (counts, units) = (Counters(), pool.deal(count))
                pool.run { index in
                    units.takeAll(thread: index, pieces: bounds) { piece in
                        for unit in piece { counts.add(1, at: unit) }
                    }
                }
                #expect(counts.values(count) == [Int](repeating: 1, count: count), "round \(round), \(count)")
            }
        }
    }

    /// What a thread has not begun, the others do: here the second one begins nothing before all is done.
    @Test func helpsALateThread() throws {
        let pool = try WorkerPool(threadCount: 2)
        let units = pool.deal(100)
        let taken = Atomic<Int>(0)
        let deadline = ContinuousClock.now + .seconds(20)
        pool.run { index in
            while index == 1, taken.load(ordering: .relaxed) < 100, ContinuousClock.now < deadline { sched_yield() }
            units.takeAll(thread: index, pieces: 1...8) { if index == 0 { taken.add($0.count, ordering: .relaxed) } }
        }
        #expect(taken.load(ordering: .relaxed) == 100)
    }

    #if os(Linux)
        /// A worker that finds itself beside the caller moves to a processor of its own, and may go anywhere after.
        @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "needs two processors"))
        func movesApart() throws {
            let pool = try WorkerPool(threadCount: 2)
            let processors = Counters()
            let before = processorsOfThread()
            func look() -> (caller: Int, worker: Int) {
                pool.run { index in processors.set(Int(currentProcessor()), at: index) }
                return (processors.value(0), processors.value(1))
            }
            var (beside, together) = (0, 0)
            for _ in 0..<20 {
                let caller = look().caller
                var set = SIMD16<UInt64>.zero
                set[caller / 64] = 1 << UInt64(caller % 64)
                pool.run { index in
                    guard index == 1 else { return }
                    for set in [set, before] { setProcessorsOfThread(set) }
                    processors.set(Int(currentProcessor()), at: 2)
                }
                let found = look()
                if processors.value(2) == caller { beside += 1 }
                if found.caller == found.worker { together += 1 }
            }
            #expect(beside > 10 && together < 5, "put beside the caller \(beside) times, found there \(together) times")
            pool.run { index in if index == 1 { processors.set(processorsOfThread() == before ? 1 : 0, at: 2) } }
            #expect(processors.value(2) == 1, "still bound")
        }
    #endif

    @Test func refusesAbsurdThreadCounts() {
        for count in [0, -1, Compute.maximumThreadCount + 1] {
            #expect(throws: ComputeError.invalidThreadCount(count)) { try Compute(threads: count) }
        }
    }

    private final class Counters: Sendable {
        private let counts = Mutex([Int](repeating: 0, count: 16))
        func set(_ value: Int, at index: Int) { counts.withLock { $0[index] = value } }
        func add(_ amount: Int, at index: Int) { counts.withLock { $0[index] += amount } }
        func value(_ index: Int) -> Int { counts.withLock { $0[index] } }
        func values(_ count: Int) -> [Int] { counts.withLock { Array($0[..<count]) } }
    }
}

#if os(Linux)
    private func processorsOfThread() -> SIMD16<UInt64> {
        var set = SIMD16<UInt64>.zero
        _ = unsafe withUnsafeMutableBytes(of: &set) {
            unsafe getProcessors(0, $0.count, $0.assumingMemoryBound(to: UInt64.self).baseAddress)
        }
        return set
    }

    private func setProcessorsOfThread(_ set: SIMD16<UInt64>) {
        _ = unsafe withUnsafeBytes(of: set) {
            unsafe setProcessors(0, $0.count, $0.assumingMemoryBound(to: UInt64.self).baseAddress)
        }
    }
#endif
