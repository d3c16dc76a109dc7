import Tensors

extension ModelMatrix {
    /// Weights that are in hand at once: enough to keep threads busy between two writes.
    private static let sliceElements = 1 << 22

    /// Calls `body` with rows of the source, slice after slice, in the order of the matrix' own rows.
    ///
    /// - Parameters:
    ///   - rows: of the matrix.
    ///   - path: what errors name where the source is no file.
    /// - Throws: ``ExportError/sourceChanged(file:)``, `CancellationError`, and what `body` throws.
    func forEachSlice(
        of rows: Range<Int>, path: String, _ body: (_ slice: Range<Int>, _ ids: [Int]) throws -> Void
    ) throws {
        let file = tensor.storage as? MappedFile
        let step = max(1, Self.sliceElements / max(columns, 1))
        for start in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
            try Task.checkCancellation()
            // A file that became shorter would end the process at the first byte beyond.
            guard file?.hasOriginalSize ?? true else { throw ExportError.sourceChanged(file: file?.path ?? path) }
            let slice = start..<min(start + step, rows.upperBound)
            // The next tensor mostly stands behind this one, so there is no need to stop at its end.
            let next = tensor.byteRange.lowerBound + slice.upperBound * tensor.rowBytes
            file?.readAhead(next..<next + 2 * step * tensor.rowBytes)
            try body(slice, sourceRows(slice))
        }
        // What was read once stays in the system's cache, if it has room, but not in this process.
        file?.releasePages(tensor.byteRange)
    }
}
