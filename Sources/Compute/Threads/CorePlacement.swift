import CScheduler
import Synchronization

/// Keeps the threads of a pool on processors of their own.
///
/// A worker that sleeps is woken on the caller's processor if something else was just busy on its own, and Linux then
/// leaves the two there for many milliseconds: each has run a moment ago, so the balancer takes both for too warm to be
/// moved, although a processor idles. Every region then takes as long as with one thread; one in six of SmolLM2's did. So each
/// thread says at the start of a region where it runs, and one that finds itself beside another of a lower index moves to a
/// processor that none of them has. It stays free to go anywhere after: threads are not pinned, since that would
/// tie them to a processor that other programs want too.
@safe final class CorePlacement: @unchecked Sendable {
    private let threadCount: Int
    /// The processor of each thread when it last looked, written by itself alone; -1 for unknown.
    private let processors: UnsafeMutablePointer<Atomic<Int32>>

    init(threadCount: Int) {
        self.threadCount = threadCount
        unsafe processors = .allocate(capacity: threadCount)
        for index in 0..<threadCount { unsafe (processors + index).initialize(to: Atomic(-1)) }
    }

    deinit {
        unsafe processors.deinitialize(count: threadCount)
        unsafe processors.deallocate()
    }

    /// Says where the calling thread runs, and moves it where a thread of a lower index runs there too.
    ///
    /// Costs a look at some words that seldom change, as long as all threads are apart.
    @inline(__always)
    func settle(thread index: Int) {
        #if os(Linux)
            let processor = currentProcessor()
            publish(processor, index)
            for other in 0..<index where unsafe processors[other].load(ordering: .relaxed) == processor {
                return leave(thread: index)
            }
        #endif
    }

    #if os(Linux)
        @inline(__always)
        private func publish(_ processor: Int32, _ index: Int) {
            // A store would take the line from all who read it.
            if unsafe processors[index].load(ordering: .relaxed) != processor {
                unsafe processors[index].store(processor, ordering: .relaxed)
            }
        }

        /// Moves the calling thread to a processor that no other one has, of those it may run on; to none if there is none.
        @inline(never)
        private func leave(thread index: Int) {
            var allowed: ProcessorSet = .zero
            guard read(&allowed) else { return }
            var free = allowed
            for other in 0..<threadCount where other != index {
                let processor = Int(unsafe processors[other].load(ordering: .relaxed))
                guard 0..<64 * free.scalarCount ~= processor else { continue }
                free[processor / 64] &= ~(1 << UInt64(processor % 64))
            }
            guard free != .zero, move(to: free) else { return }
            _ = move(to: allowed)
            publish(currentProcessor(), index)
        }

        /// A bit for each of 1,024 processors, the size that the C library settled for. On a larger machine nobody is moved.
        private typealias ProcessorSet = SIMD16<UInt64>

        private func read(_ set: inout ProcessorSet) -> Bool {
            unsafe withUnsafeMutableBytes(of: &set) {
                unsafe getProcessors(0, $0.count, $0.assumingMemoryBound(to: UInt64.self).baseAddress) >= 0
            }
        }

        private func move(to set: ProcessorSet) -> Bool {
            unsafe withUnsafeBytes(of: set) {
                unsafe setProcessors(0, $0.count, $0.assumingMemoryBound(to: UInt64.self).baseAddress) == 0
            }
        }
    #endif
}
