package import Checkpoints
import Foundation
import Generation

/// A checkpoint to make: the header of its file, and how each byte behind it comes about.
package struct SynthCheckpoint: Sendable {
    package let shape: ModelShape
    package let type: SynthType
    package let metadata: [(key: String, value: GGUFValue)]
    let tensors: [SynthTensor]

    /// - Parameter tokenizer: tells how many rows the embedding has.
    package init(_ shape: ModelShape, _ type: SynthType, tokenizer: SynthTokenizer) {
        var shape = shape
        shape.vocabularySize = tokenizer.size
        self.shape = shape
        self.type = type
        metadata = shape.metadata(type) + tokenizer.metadata
        tensors = shape.tensors(type)
    }

    package var weightCount: Int { tensors.reduce(0) { $0 + $1.entry.shape.elementCount } }

    package var entries: [GGUFWriter.Entry] { tensors.map(\.entry) }

    /// Writes the file. The bytes are the same for the same seed, however many processors make them.
    ///
    /// - Parameter progress: bytes done and bytes in all, after each piece.
    /// - Throws: ``CheckpointWriteError``, `CancellationError`; nothing is left then.
    package func write(
        to path: String, seed: UInt64, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws {
        let writer = try GGUFWriter(path, metadata: metadata, tensors: entries)
        // One seed more must not give the pieces of its neighbour.
        var random = Xoshiro256(seed: seed)
        let first = random.next()
        let pieces = tensors.enumerated().flatMap { $1.pieces(seed: first, index: $0) }
        // Pieces are made ahead of the one that is written, so that disk and processors work at the same time.
        let ahead = 2 * ProcessInfo.processInfo.activeProcessorCount
        var coming: [Task<[UInt8], Never>] = []
        var rest = pieces[...]
        var done = 0
        for piece in pieces {
            try Task.checkCancellation()
            while coming.count < ahead, let next = rest.popFirst() { coming.append(Task.detached { next.bytes() }) }
            let bytes = await coming.removeFirst().value
            try writer.append(bytes.span, to: piece.tensor)
            done += bytes.count
            progress(done, writer.fileBytes)
        }
        try writer.finish()
    }
}

/// A part of a tensor's data, made on its own.
private struct SynthPiece: Sendable {
    let tensor: String
    let bytes: @Sendable () -> [UInt8]
}

extension SynthTensor {
    /// Large enough that a call of the system costs nothing beside it, small enough to stay in a cache.
    private static let pieceBytes = 1 << 20

    fileprivate func pieces(seed: UInt64, index: Int) -> [SynthPiece] {
        switch content {
        case .values(let values):
            return [
                SynthPiece(tensor: entry.name) {
                    values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
                }
            ]
        case .random(let deviation):
            let blocks = RandomBlocks(entry.type, deviation: deviation)
            let count = entry.shape.elementCount / entry.type.blockLength
            let step = Self.pieceBytes / entry.type.blockBytes
            return stride(from: 0, to: count, by: step).map { start in
                // Tensors and pieces have seeds of their own, so that no order of work shows in the bytes.
                let pieceSeed = seed &+ UInt64(index) << 40 &+ UInt64(start / step)
                return SynthPiece(tensor: entry.name) {
                    blocks.bytes(count: min(step, count - start), seed: pieceSeed)
                }
            }
        }
    }
}
