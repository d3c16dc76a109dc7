import CIntrinsics
import Kernels

/// Carries the number of tokens of a call into the function that is specialised for it: never a value, only a type.
enum Tokens<let count: Int> {}

/// Carries whether there are minimums: 0 or 1.
enum Minimum<let count: Int> {}

/// Carries the scales that a row has in a block of 32 columns: 1 or 2.
enum ScalesPerBlock<let count: Int> {}

/// Carries the number of groups that are read side by side, likewise.
enum Streams<let count: Int> {}

/// Runs of groups that one token meets at once where memory serves several streams faster than one.
///
/// A core has some 24 lines under way (Zen 3), and what fetches ahead by itself stops at every page of 4 KiB: a single stream
/// of weights, with the arithmetic between its loads, keeps too few. Four far from each other, that begin in four pages, read
/// 1.2 to 1.4 times as much on Zen 3; six or eight no more. Activations are loaded once for all of them.
@inline(__always)
var tokenStreams: Int { 4 }

/// Bytes ahead of the ones in use that are asked for: the latency of memory (about 100 ns) times what one core
/// reads meanwhile (20 GB/s) is 2 KB; twice that for what the neighbours cost.
@inline(__always)
var prefetchBytes: Int { 4096 }

/// The same for each of several streams: so near that the processor's own fetching ahead is not in the way.
@inline(__always)
var streamPrefetchBytes: Int { 384 }

/// Four bytes of activations, or two words, for every row.
@unsafe @inline(__always)
func broadcast(_ p: UnsafeRawPointer) -> __m256i {
    unsafe _mm256_set1_epi32(p.loadUnaligned(as: Int32.self))
}

/// Eight floats, one for every row.
@unsafe @inline(__always)
func loadFloats(_ p: UnsafeRawPointer) -> __m256 {
    unsafe _mm256_loadu_ps(p.assumingMemoryBound(to: Float.self))
}

/// Asks for the two lines ahead that a block of nibbles takes.
@unsafe @inline(__always)
func prefetchBlock(_ w: UnsafeRawPointer, isAlone: Bool) {
    let bytes = isAlone ? prefetchBytes : streamPrefetchBytes
    unsafe prefetchLine(w + bytes)
    unsafe prefetchLine(w + bytes + 64)
}

extension TileCall {
    /// The groups that go side by side, as many for each of four streams, and the last few; all of them the latter where the
    /// call asks for one stream.
    var groupsSideBySide: (Range<Int>, rest: Range<Int>) {
        @inline(__always) get {
            let side = unsafe streams == tokenStreams ? groups / tokenStreams * tokenStreams : 0
            return unsafe (0..<side, side..<groups)
        }
    }
}
