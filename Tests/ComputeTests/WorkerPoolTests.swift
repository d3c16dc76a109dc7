import Compute
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

    @Test func refusesAbsurdThreadCounts() {
        for count in [0, -1, Compute.maximumThreadCount + 1] {
            #expect(throws: ComputeError.invalidThreadCount(count)) { try Compute(threads: count) }
        }
    }

    private final class Counters: Sendable {
        private let counts = Mutex([Int](repeating: 0, count: 16))
        func add(_ amount: Int, at index: Int) { counts.withLock { $0[index] += amount } }
        func value(_ index: Int) -> Int { counts.withLock { $0[index] } }
        func values(_ count: Int) -> [Int] { counts.withLock { Array($0[..<count]) } }
    }
}
