import Checkpoints

/// Holds each slice of a file back until the next one is in the making, and writes it then: one thread waits for the system
/// while the others compute.
final class SliceWriter {
    private let writer: GGUFWriter
    private var held: (name: String, bytes: [UInt8])?
    private var failure: CheckpointWriteError?
    /// Memory of a slice that was written.
    private var spare: [UInt8] = []

    init(_ writer: GGUFWriter) { self.writer = writer }

    /// Writes what is held.
    func flush() {
        guard let slice = held else { return }
        held = nil
        do throws(CheckpointWriteError) { try writer.append(slice.bytes.span, to: slice.name) } catch {
            failure = failure ?? error
        }
        spare = slice.bytes
    }

    /// Takes a slice, and gives other memory for the next.
    ///
    /// - Throws: what went wrong with an earlier one.
    func hold(_ bytes: inout [UInt8], of name: String) throws(CheckpointWriteError) {
        flush()
        if let failure { throw failure }
        held = (name, bytes)
        bytes = spare
        spare = []
    }

    /// Writes what is held and puts the whole file in its place.
    func finish() throws(CheckpointWriteError) {
        flush()
        if let failure { throw failure }
        try writer.finish()
    }
}
