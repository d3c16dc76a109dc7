import Synchronization
import Tensors

/// Deals out pieces of huge-page memory, so that small matrices share a huge page instead of each getting none.
final class WeightArena: Sendable {
    /// A piece of a chunk; whoever holds it keeps the whole chunk alive.
    struct Piece: Sendable {
        let buffer: HugePageBuffer
        let offset: Int
        @unsafe var base: UnsafeMutableRawPointer { unsafe buffer.base + offset }
    }

    /// 16 huge pages: the untouched end of the last chunk costs address space, no memory.
    private static let chunkBytes = 32 << 20

    private struct State {
        var chunk: HugePageBuffer?
        var used = 0
    }

    private let state = Mutex(State())

    /// Zeroed memory, aligned to 64 bytes.
    func allocate(_ byteCount: Int) throws(ComputeError) -> Piece {
        let size = (byteCount + 63) / 64 * 64
        let piece: Piece? = state.withLock { state in
            if size > Self.chunkBytes / 4 {
                return HugePageBuffer(byteCount: size).map { Piece(buffer: $0, offset: 0) }
            }
            if state.chunk == nil || state.used + size > Self.chunkBytes {
                guard let chunk = HugePageBuffer(byteCount: Self.chunkBytes) else { return nil }
                state.chunk = chunk
                state.used = 0
            }
            defer { state.used += size }
            return state.chunk.map { Piece(buffer: $0, offset: state.used) }
        }
        guard let piece else { throw .outOfMemory(bytes: byteCount) }
        return piece
    }
}
