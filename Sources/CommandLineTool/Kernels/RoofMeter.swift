package import Compute
import Tensors

/// Measures the roofs. A roof is the best of many tries by any instruction set: what was reached once can be reached.
package struct RoofMeter {
    /// Computes of one set, with different numbers of threads.
    let subjects: [KernelSubject]
    /// How often each roof is tried in a turn.
    let tries: Int

    package init(subjects: [KernelSubject], tries: Int = 10) {
        self.subjects = subjects
        self.tries = tries
    }

    /// Bytes that a sample in the caches reads: half a millisecond at the speed of the first one.
    private static let cacheSampleBytes = 64 << 20
    /// A millisecond of a dozen chains at two operations a cycle.
    private static let rounds = 500_000

    /// How often everything is measured: what else runs on a machine comes and goes within tenths of a second.
    private static let turns = 3

    /// All roofs, for all numbers of threads that the subjects have.
    package func measure() throws(ComputeError) -> MachineRoofs {
        let buffer = try MemoryProbe.touchedMemory()
        return (1..<Self.turns).reduce(measureOnce(buffer)) { best, _ in best.raised(to: measureOnce(buffer)) }
    }

    private func measureOnce(_ buffer: HugePageBuffer) -> MachineRoofs {
        var bandwidths: [MachineRoofs.Bandwidth] = []
        var peaks: [MachineRoofs.Peak] = []
        for threads in subjects.first?.computes.map(\.threadCount) ?? [] {
            bandwidths += self.bandwidths(buffer, threads: threads)
            for arithmetic in Arithmetic.allCases {
                for subject in subjects {
                    guard let compute = subject.compute(threads: threads) else { continue }
                    let rate = best { compute.spin(arithmetic, rounds: Self.rounds) }
                    peaks.append(
                        MachineRoofs.Peak(
                            arithmetic: arithmetic, set: subject.name, threads: threads, operationsPerSecond: 2 * rate))
                }
            }
        }
        return MachineRoofs(bandwidths: bandwidths, peaks: peaks)
    }

    private func bandwidths(_ buffer: HugePageBuffer, threads: Int) -> [MachineRoofs.Bandwidth] {
        let sizes = CacheSizes.bytes
        var found = sizes.enumerated().map { index, size in
            // The last cache is one for all cores, the others are each core's own.
            let isShared = index > 0 && index == sizes.count - 1
            let capacity = isShared ? size : size * threads
            return MachineRoofs.Bandwidth(
                level: "L\(index + 1)", threads: threads, capacity: capacity,
                bytesPerSecond: rate(buffer, bytesPerThread: capacity / 2 / threads, threads: threads))
        }
        found.append(
            MachineRoofs.Bandwidth(
                level: "memory", threads: threads, capacity: .max,
                bytesPerSecond: rate(buffer, bytesPerThread: buffer.byteCount / threads, threads: threads)))
        return found
    }

    private func rate(_ buffer: HugePageBuffer, bytesPerThread: Int, threads: Int) -> Double {
        let bytes = max(bytesPerThread / 256, 1) * 256
        let passes = max(1, Self.cacheSampleBytes / (bytes * threads))
        return subjects.compactMap { $0.compute(threads: threads) }
            .map { compute in best { compute.read(buffer, bytesPerThread: bytes, passes: passes) } }.max() ?? 0
    }

    /// The highest number per second of what the body counts.
    private func best(_ body: () -> Int) -> Double {
        _ = body()
        return (0..<tries).reduce(0) { best, _ in
            var count = 0
            let seconds = Stopwatch.seconds { count = body() }
            return max(best, Double(count) / seconds)
        }
    }
}
