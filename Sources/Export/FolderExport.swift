public import Compute

/// A model that was prepared for another engine, to be written as a folder.
public protocol FolderExport: Sendable {
    /// Writes the folder; the same bytes whatever the number of threads.
    ///
    /// - Parameter progress: bytes read and bytes to read, after each slice.
    /// - Throws: ``ExportError``, `InputError`, `CancellationError`. Nothing is left then.
    func write(
        to path: String, compute: Compute, progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> ExportReport
}

extension FolderExport {
    /// Writes the folder without telling how far it is.
    public func write(to path: String, compute: Compute) throws -> ExportReport {
        try write(to: path, compute: compute) { _, _ in }
    }
}
