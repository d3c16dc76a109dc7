import CIntrinsics
import Kernels

/// Carries the number of tokens of a pass into the function that is specialised for it: never a value, only a type.
enum Tokens<let count: Int> {}

/// The most tokens of a call. Their integer sums and their float sums, two vectors of weights, scales, minimums, a mask
/// and two permutations leave some of 32 registers free; with twelve, the layouts with minimums spill, and the others
/// gain nothing, since eight chains already outlast the latency of a product.
@inline(__always)
var widestCall: Int { 8 }

/// Bytes ahead of the ones in use that are asked for, in each of the two streams that a call reads.
@inline(__always)
var prefetchBytes: Int { 4096 }

/// Two groups of eight rows that go through a kernel together, a row a lane.
///
/// The last of an odd number of groups is its own neighbour; its twin's products are not stored.
@unsafe struct GroupPair {
    /// Bytes from the first group to the second.
    let distance: Int

    @inline(__always)
    init(_ call: TileCall, first: Int) {
        unsafe distance = first + 1 < call.groups ? call.groupBytes : 0
    }

    /// 32 bytes of each.
    @unsafe @inline(__always)
    func load64(_ p: UnsafeRawPointer) -> __m512i {
        let low = unsafe _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
        let high = unsafe _mm256_loadu_si256((p + distance).assumingMemoryBound(to: __m256i.self))
        return joinHalves(low, high)
    }

    /// 16 bytes of each.
    @unsafe @inline(__always)
    func load32(_ p: UnsafeRawPointer) -> __m256i {
        let low = unsafe _mm_loadu_si128(p.assumingMemoryBound(to: __m128i.self))
        let high = unsafe _mm_loadu_si128((p + distance).assumingMemoryBound(to: __m128i.self))
        return _mm256_set_m128i(high, low)
    }

    /// Eight f16 of each, as floats.
    @unsafe @inline(__always)
    func loadHalves(_ p: UnsafeRawPointer) -> __m512 { unsafe _mm512_cvtph_ps(load32(p)) }

    /// Eight signed bytes of each, as floats.
    @unsafe @inline(__always)
    func loadBytes(_ p: UnsafeRawPointer) -> __m512 {
        let low = unsafe _mm_loadl_epi64(p.assumingMemoryBound(to: __m128i.self))
        let high = unsafe _mm_loadl_epi64((p + distance).assumingMemoryBound(to: __m128i.self))
        return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_unpacklo_epi64(low, high)))
    }

    /// Asks for the lines that hold the next so many bytes, ahead of their use.
    @unsafe @inline(__always)
    func prefetch(_ p: UnsafeRawPointer, lines: Int) {
        for line in 0..<lines {
            unsafe prefetchLine(p + (prefetchBytes &+ 64 &* line))
            unsafe prefetchLine(p + (distance &+ prefetchBytes &+ 64 &* line))
        }
    }
}

/// Four bytes for every row.
@unsafe @inline(__always)
func broadcast(_ p: UnsafeRawPointer) -> __m512i {
    unsafe _mm512_set1_epi32(p.loadUnaligned(as: Int32.self))
}

/// A float for every row.
@unsafe @inline(__always)
func broadcastFloat(_ p: UnsafeRawPointer) -> __m512 {
    unsafe _mm512_set1_ps(p.loadUnaligned(as: Float.self))
}

/// Writes the products of two groups and a token, or adds them to what is there.
///
/// - Parameter rows: rows that exist from the first of the groups on, at least one; 16 or more for both.
@unsafe @inline(__always)
func storeTile(_ products: __m512, to output: UnsafeMutablePointer<Float>, rows: Int, accumulates: Bool) {
    let mask = rows >= 16 ? __mmask16.max : __mmask16(truncatingIfNeeded: (1 &<< rows) &- 1)
    let result = accumulates ? unsafe _mm512_add_ps(_mm512_maskz_loadu_ps(mask, output), products) : products
    unsafe _mm512_mask_storeu_ps(output, mask, result)
}
