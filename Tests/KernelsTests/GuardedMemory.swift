#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Memory that ends right before an unreadable page: a kernel that reads or writes one byte past its end crashes.
@safe final class GuardedMemory {
    @unsafe let base: UnsafeMutableRawPointer
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    init(byteCount: Int) {
        let page = 4096
        mappedBytes = (byteCount + page - 1) / page * page + page
        let anonymous = MAP_PRIVATE | Int32(MAP_ANONYMOUS)
        guard let mapping = unsafe mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, anonymous, -1, 0),
            unsafe mapping != MAP_FAILED
        else { fatalError("no memory for a test") }
        unsafe mprotect(mapping + (mappedBytes - page), page, PROT_NONE)
        unsafe self.mapping = mapping
        unsafe base = mapping + (mappedBytes - page - byteCount)
    }

    deinit { unsafe munmap(mapping, mappedBytes) }
}

/// A small generator of reproducible bits (Steele, Lea & Flood 2014, doi:10.1145/2714064.2660195).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// About normally distributed, mean 0, variance 1.
    mutating func gauss() -> Float {
        let sum = (0..<12).reduce(Float(0)) { sum, _ in sum + Float(next() >> 40) * 0x1p-24 }
        return sum - 6
    }

    mutating func gauss(_ count: Int) -> [Float] { (0..<count).map { _ in gauss() } }
}
