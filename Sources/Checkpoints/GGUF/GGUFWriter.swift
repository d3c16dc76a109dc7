public import Tensors
internal import UntrustedInput

/// Writes a GGUF file (version 3) as a stream: first the header, which must know all tensors, then their data in pieces of
/// any size, in the order of the header. No more than the header and a piece is ever in memory.
///
///     let writer = try GGUFWriter(path, metadata: […], tensors: […])
///     for tensor in writer.tensors { try writer.append(bytes, to: tensor.name) }
///     try writer.finish()
///
/// The file stands at its path when ``finish()`` returns, synced and whole. A writer that goes before, after an error as
/// after a cancellation, leaves nothing.
public final class GGUFWriter {
    /// What the header says about a tensor.
    public struct Entry: Sendable, Equatable {
        public let name: String
        public let type: ElementType
        public let shape: TensorShape

        public init(_ name: String, _ type: ElementType, _ shape: TensorShape) {
            self.name = name
            self.type = type
            self.shape = shape
        }
    }

    public let tensors: [Entry]
    /// Bytes of header, data and padding: what the file will have.
    public let fileBytes: Int
    private let layout: GGUFLayout
    private let file: NewFile
    /// The tensor whose data comes next, and how much of it is there.
    private var index = 0
    private var written = 0

    /// Makes the file and writes its header.
    ///
    /// - Parameter metadata: in the order of the file. `general.alignment`, where it is among it, is followed; it is 32
    ///   otherwise.
    /// - Throws: ``CheckpointWriteError/invalid(file:field:found:expected:)`` for what no reader would accept.
    public init(
        _ path: String, metadata: [(key: String, value: GGUFValue)], tensors: [Entry]
    ) throws(CheckpointWriteError) {
        let layout = try GGUFLayout(file: path, metadata: metadata, tensors: tensors)
        self.tensors = tensors
        self.layout = layout
        fileBytes = layout.fileBytes
        do {
            file = try NewFile(replacing: path)
            try file.append(layout.header.span)
        } catch {
            throw CheckpointWriteError(error)
        }
    }

    /// Writes the next bytes of a tensor's data.
    ///
    /// - Parameter name: the tensor whose turn it is: the first that has not all of its data yet.
    public func append(_ bytes: Span<UInt8>, to name: String) throws(CheckpointWriteError) {
        guard index < tensors.count, tensors[index].name == name else {
            throw invalid(
                name, found: "data out of turn",
                expected: index < tensors.count ? "data of \(tensors[index].name)" : "no more data")
        }
        let missing = layout.byteCounts[index] - written
        guard bytes.count <= missing else {
            throw invalid(name, found: "\(bytes.count) bytes more", expected: "\(missing) bytes")
        }
        try append(bytes)
        written += bytes.count
        guard bytes.count == missing else { return }
        try append(layout.padding(after: index).span)
        index += 1
        written = 0
    }

    /// Puts the whole file in its place.
    public func finish() throws(CheckpointWriteError) {
        guard index == tensors.count else {
            throw invalid(
                tensors[index].name, found: "\(written) bytes of data", expected: "\(layout.byteCounts[index])")
        }
        do { try file.commit() } catch { throw CheckpointWriteError(error) }
    }

    private func append(_ bytes: Span<UInt8>) throws(CheckpointWriteError) {
        do { try file.append(bytes) } catch { throw CheckpointWriteError(error) }
    }

    private func invalid(_ field: String, found: String, expected: String) -> CheckpointWriteError {
        .invalid(file: file.path, field: field, found: found, expected: expected)
    }
}
