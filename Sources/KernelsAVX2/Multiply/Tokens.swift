import CIntrinsics

/// Carries the number of tokens of a call into the function that is specialised for it: never a value, only a type.
enum Tokens<let count: Int> {}

/// Bytes ahead of the ones in use that are asked for: the latency of memory (about 100 ns) times what one core
/// reads meanwhile (20 GB/s) is 2 KB; twice that for what the neighbours cost.
@inline(__always)
var prefetchBytes: Int { 4096 }

/// Four bytes of activations, or two words, for every row.
@unsafe @inline(__always)
func broadcast(_ p: UnsafeRawPointer) -> __m256i {
    unsafe _mm256_set1_epi32(p.loadUnaligned(as: Int32.self))
}
