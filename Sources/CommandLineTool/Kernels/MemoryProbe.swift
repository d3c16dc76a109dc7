package import Compute
import Tensors

/// Reads memory, again and again in the course of a run.
package struct MemoryProbe {
    private let subject: KernelSubject
    private let buffer: HugePageBuffer

    /// Far more than the last cache holds, which may keep a part of what passes.
    package static let byteCount = max(256 << 20, min(8 * (CacheSizes.bytes.last ?? 0), 1 << 30))

    /// - Parameter subject: the set that reads.
    package init(_ subject: KernelSubject, byteCount: Int = byteCount) throws(ComputeError) {
        self.subject = subject
        buffer = try Self.touchedMemory(byteCount)
    }

    /// Memory that is really there.
    static func touchedMemory(_ byteCount: Int = byteCount) throws(ComputeError) -> HugePageBuffer {
        guard let buffer = HugePageBuffer(byteCount: byteCount) else { throw .outOfMemory(bytes: byteCount) }
        buffer.touch()
        return buffer
    }

    /// What so many threads together read in a second, in the best of a few passes; nil where the set has no such number.
    package func bytesPerSecond(threads: Int, passes: Int = 2) -> Double? {
        guard let compute = subject.compute(threads: threads) else { return nil }
        let bytes = buffer.byteCount / threads / 256 * 256
        return (0..<passes).reduce(0) { best, _ in
            var count = 0
            let seconds = Stopwatch.seconds { count = compute.read(buffer, bytesPerThread: bytes, passes: 1) }
            return max(best, Double(count) / seconds)
        }
    }
}
