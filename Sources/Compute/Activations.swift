import Tensors

/// A matrix of `Float` (row capacity, columns): the wave of activations on its way through the layers.
///
/// Rows start at 64-byte boundaries, so a row is followed by up to 15 floats that belong to nobody. One caller
/// at a time owns it.
@safe public final class Activations: @unchecked Sendable {
    public let rows: Int
    public let columns: Int

    /// Floats from one row to the next: `columns` rounded up to a cache line.
    package let stride: Int
    private let buffer: HugePageBuffer

    /// A matrix of zeros.
    /// - Precondition: its bytes can be counted in an `Int` and the system gives them.
    public init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a matrix has no negative extents")
        self.rows = rows
        self.columns = columns
        self.stride = (columns + 15) / 16 * 16
        let (bytes, overflow) = (max(rows, 1) * 4).multipliedReportingOverflow(by: max(stride, 16))
        guard !overflow, let buffer = HugePageBuffer(byteCount: bytes) else {
            preconditionFailure("no memory for a matrix of (\(rows), \(columns)) floats")
        }
        self.buffer = buffer
    }

    /// The first element of a row, aligned to 64 bytes.
    @unsafe package func pointer(row: Int) -> UnsafeMutablePointer<Float> {
        precondition(row >= 0 && row < rows, "row \(row) of a matrix with \(rows) rows")
        return unsafe buffer.base.assumingMemoryBound(to: Float.self) + row * stride
    }

    /// The elements of a row.
    public func copyRow(_ row: Int) -> [Float] {
        unsafe Array(UnsafeBufferPointer(start: pointer(row: row), count: columns))
    }

    /// - Precondition: as many values as columns.
    public func setRow(_ row: Int, _ values: [Float]) {
        precondition(values.count == columns, "\(values.count) values for \(columns) columns")
        let destination = unsafe pointer(row: row)
        unsafe values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { unsafe destination.update(from: base, count: source.count) }
        }
    }

    /// Copies the first elements of a row, as many as the span has room for.
    /// - Precondition: the span has no more room than there are columns.
    public func read(row: Int, into span: inout MutableSpan<Float>) {
        precondition(span.count <= columns, "\(span.count) values asked for of \(columns) columns")
        let source = unsafe pointer(row: row)
        unsafe span.withUnsafeMutableBufferPointer { destination in
            if let base = destination.baseAddress { unsafe base.update(from: source, count: destination.count) }
        }
    }
}
