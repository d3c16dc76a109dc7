import Dispatch

/// How fast this machine reads memory right now: the roof that decoding stands under.
enum MemoryBandwidth {
    /// Far more than the last-level caches of a PC hold.
    private static let byteCount = 256 << 20
    private static let passes = 4

    /// Bytes per second that `threads` threads read together, each its own part of a buffer; the best of some passes.
    static func measure(threads: Int) -> Double {
        typealias Word = SIMD8<UInt64>
        let words = byteCount / MemoryLayout<Word>.stride
        // Written once, so that every page is really there.
        let buffer = [Word](repeating: Word(repeating: 1), count: words)
        var best = 0.0
        for _ in 0..<passes {
            let start = ContinuousClock.now
            DispatchQueue.concurrentPerform(iterations: threads) { thread in
                let part = words * thread / threads..<words * (thread + 1) / threads
                precondition(sum(buffer, part) != .zero)
            }
            best = max(best, Double(byteCount) / ((ContinuousClock.now - start) / .seconds(1)))
        }
        return best
    }

    /// Four sums, so that loads and not additions are waited for.
    private static func sum(_ buffer: [SIMD8<UInt64>], _ range: Range<Int>) -> SIMD8<UInt64> {
        let words = buffer.span.extracting(range)
        var sums: (SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>) = (.zero, .zero, .zero, .zero)
        var index = 0
        while index + 4 <= words.count {
            sums.0 &+= words[index]
            sums.1 &+= words[index + 1]
            sums.2 &+= words[index + 2]
            sums.3 &+= words[index + 3]
            index += 4
        }
        return sums.0 &+ sums.1 &+ sums.2 &+ sums.3
    }
}
