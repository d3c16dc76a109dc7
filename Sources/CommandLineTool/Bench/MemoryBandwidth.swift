import Compute

/// How fast this machine reads memory right now: the roof that decoding stands under.
enum MemoryBandwidth {
    /// Bytes per second that `threads` threads read together, as `swiftlet kernels` measures it; no number where the
    /// threads or the memory are not to be had.
    static func measure(threads: Int) -> Double {
        guard let subject = try? KernelSubject(.best, threads: [threads]), let probe = try? MemoryProbe(subject) else {
            return .nan
        }
        return probe.bytesPerSecond(threads: threads, passes: 8) ?? .nan
    }
}
