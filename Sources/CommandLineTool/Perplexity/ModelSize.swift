import Checkpoints
import ModelHub

/// What a model takes on the disk.
package struct ModelSize: Sendable {
    /// Bytes of its files.
    package let fileBytes: Int
    /// Of the weights, scales and all: how many bits one takes.
    package let bitsPerWeight: Double

    package init(fileBytes: Int, bitsPerWeight: Double) {
        self.fileBytes = fileBytes
        self.bitsPerWeight = bitsPerWeight
    }

    init(_ location: LocalModel) throws {
        let tensors = try Checkpoint.open(location.path).tensors
        let weights = tensors.reduce(0.0) { $0 + Double($1.shape.elementCount) }
        let bytes = tensors.reduce(0.0) { $0 + Double($1.byteRange.count) }
        self.init(fileBytes: location.size, bitsPerWeight: weights > 0 ? 8 * bytes / weights : 0)
    }
}
