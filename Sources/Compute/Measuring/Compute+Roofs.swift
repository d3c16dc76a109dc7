import Kernels
import Synchronization
package import Tensors

/// The limits of the machine, as the kernels of this set reach them. Whoever calls holds the clock.
extension Compute {
    /// Multiplies and adds in registers, on all threads at once.
    ///
    /// - Returns: the multiply-adds done, by all threads together.
    package func spin(_ arithmetic: Arithmetic, rounds: Int) -> Int {
        let kernel = unsafe arithmetic == .float ? kernels.roofs.peakFloat : kernels.roofs.peakInt8
        let done = Atomic<Int>(0)
        pool.run { _ in
            // Numbers that stay what they are: 2 · 0.5 + 1, and bytes of one bit.
            let floats = SIMD4<Float>(0.5, 1, 2, 0)
            let integers = SIMD4<Int32>(0x0101_0101, 0, 1, 0)
            var operands = unsafe arithmetic == .float ? unsafeBitCast(floats, to: SIMD4<Int32>.self) : integers
            let count = unsafe withUnsafeMutableBytes(of: &operands) { unsafe kernel($0.baseAddress!, rounds) }
            done.add(count, ordering: .relaxed)
        }
        return done.load(ordering: .relaxed)
    }

    /// Reads memory, each thread a stretch of its own, so many times over.
    ///
    /// - Parameter bytesPerThread: a multiple of 256.
    /// - Returns: the bytes read, by all threads together.
    /// - Precondition: the buffer holds as many stretches as there are threads.
    package func read(_ buffer: HugePageBuffer, bytesPerThread: Int, passes: Int) -> Int {
        precondition(bytesPerThread % 256 == 0 && bytesPerThread > 0, "whole lines of four streams")
        precondition(buffer.byteCount / bytesPerThread >= threadCount, "a stretch for each thread")
        let kernel = unsafe kernels.roofs.readMemory
        let checksum = Atomic<UInt64>(0)
        pool.run { index in
            let start = unsafe UnsafeRawPointer(buffer.base) + index * bytesPerThread
            var words: UInt64 = 0
            for _ in 0..<passes { words &+= unsafe kernel(start, bytesPerThread) }
            checksum.bitwiseXor(words, ordering: .relaxed)
        }
        return bytesPerThread * threadCount * passes
    }
}

extension HugePageBuffer {
    /// Writes to every page: memory that nobody wrote to is one page of zeros, which lies in the cache.
    package func touch() {
        for offset in stride(from: 0, to: byteCount, by: 512) {
            unsafe base.storeBytes(of: UInt64(truncatingIfNeeded: offset), toByteOffset: offset, as: UInt64.self)
        }
    }
}
