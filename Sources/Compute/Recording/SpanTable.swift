import Tensors

/// When each thread began and ended its part of each operation: (threads, operations), every thread's row in pages of
/// its own, so that writing is a store that no other thread ever sees.
@safe final class SpanTable: @unchecked Sendable {
    /// Operations that it holds.
    let capacity: Int
    private let rows: [HugePageBuffer]

    /// - Returns: nil where the system does not give the memory.
    init?(threadCount: Int, capacity: Int) {
        self.capacity = capacity
        var rows: [HugePageBuffer] = []
        for _ in 0..<threadCount {
            guard let row = HugePageBuffer(byteCount: capacity * MemoryLayout<RecordedSpan>.stride) else { return nil }
            // Memory that was never written to comes with the first write: not in the middle of what is timed.
            for offset in Swift.stride(from: 0, to: row.byteCount, by: 4096) {
                unsafe row.base.storeBytes(of: 0, toByteOffset: offset, as: UInt64.self)
            }
            rows.append(row)
        }
        self.rows = rows
    }

    /// Called by the thread itself.
    func set(_ operation: Int, thread: Int, _ span: RecordedSpan) {
        precondition(operation >= 0 && operation < capacity, "operation \(operation) of \(capacity)")
        unsafe rows[thread].base.assumingMemoryBound(to: RecordedSpan.self)[operation] = span
    }

    /// nil where the thread had no part. Called once the operation is over.
    func span(_ operation: Int, thread: Int) -> RecordedSpan? {
        precondition(operation >= 0 && operation < capacity, "operation \(operation) of \(capacity)")
        let span = unsafe rows[thread].base.assumingMemoryBound(to: RecordedSpan.self)[operation]
        return span.start == 0 ? nil : span
    }
}

/// A stretch of time, in nanoseconds of ``MonotonicClock``.
package struct RecordedSpan: Sendable, Equatable {
    package let start: UInt64
    package let end: UInt64

    package init(start: UInt64, end: UInt64) {
        self.start = start
        self.end = end
    }

    package var nanoseconds: Int { Int(end) - Int(start) }
    package var seconds: Double { Double(nanoseconds) / 1e9 }
}
