#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Zeroed memory for weights and caches, aligned to and backed by 2 MiB pages where the system grants them.
///
/// A stream of weights through 4 KiB pages spends half its time in address translation, and the usual default
/// is to grant huge pages only on request (`madvise`).
@safe public final class HugePageBuffer: TensorStorage, @unchecked Sendable {
    public let byteCount: Int
    @unsafe public let base: UnsafeMutableRawPointer
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// The size of a huge page on x86-64 and on Arm with 4 KiB granules.
    static let pageBytes = 2 << 20

    /// - Returns: nil where the system has no such amount of memory to give.
    public init?(byteCount: Int) {
        precondition(byteCount >= 0)
        let isLarge = byteCount >= Self.pageBytes
        let alignment = isLarge ? Self.pageBytes : 4096
        let (padded, overflow) = byteCount.addingReportingOverflow(2 * alignment)
        guard !overflow else { return nil }
        let mapped = padded / alignment * alignment
        let anonymous = MAP_PRIVATE | Int32(MAP_ANONYMOUS)
        guard let mapping = unsafe mmap(nil, mapped, PROT_READ | PROT_WRITE, anonymous, -1, 0),
            unsafe mapping != MAP_FAILED
        else { return nil }
        let address = Int(bitPattern: mapping)
        let aligned = (address + alignment - 1) / alignment * alignment
        unsafe self.mapping = mapping
        self.mappedBytes = mapped
        unsafe self.base = mapping + (aligned - address)
        self.byteCount = byteCount
        #if os(Linux)
            if isLarge { _ = unsafe madvise(base, mapped - (aligned - address), Int32(MADV_HUGEPAGE)) }
        #endif
    }

    deinit { unsafe munmap(mapping, mappedBytes) }

    @unsafe public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: byteCount) }

    @unsafe public var mutableBytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    }
}
