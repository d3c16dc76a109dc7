import CIntrinsics
import Kernels

/// Expands nibbles with one scale per 32 columns, centred on 8 (Q4_0, int4), for ``multiplyExpandedNibbles(_:)``.
///
/// Sixteen rows at a time, a row a 32-bit lane of 64 bytes, in the layout of ``ExpandedBytes``: nibbles as they are, 0 to 15.
///
/// - Shapes: weights (8·groups, columns); destination (⌈groups / 2⌉ × columns / 32 blocks).
/// - Preconditions: columns a multiple of 32.
/// - Error: none; every value is kept.
/// - Threads: by pairs of groups.
@unsafe func expandNibblesToBytes(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, Nibbles.self, PlainScales.self)
}

/// As ``expandNibblesToBytes(_:into:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func expandNibblesMinToBytes(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, Nibbles.self, ScalesAndMinimums.self)
}

/// As ``expandNibblesToBytes(_:into:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
@unsafe func expandNibblesKToBytes(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, Nibbles.self, KScales.self)
}

/// Puts the bytes of sixteen rows side by side (Q8_0, Q5_0, IQ4_NL, int8), as ``expandNibblesToBytes(_:into:)`` does with
/// nibbles; 128 is added to each, and the rows come in order.
@unsafe func expandBytes(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, SignedBytes.self, PlainScales.self)
}

/// As ``expandBytes(_:into:)`` with a minimum for each scale (Q5_1): w = d·q + m.
@unsafe func expandBytesMin(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, SignedBytes.self, ScalesAndMinimums.self)
}

/// As ``expandBytes(_:into:)`` with two-level scales and minimums (Q5_K, IQ4_XS): w = (d·a)·q + m·b.
@unsafe func expandBytesK(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, SignedBytes.self, KScales.self)
}

/// As ``expandBytes(_:into:)`` with two-level scales, the lower one for 16 columns (Q6_K, Q3_K): w = (d·a)·q.
@unsafe func expandBytesK16(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, SignedBytes.self, K16Scales.self)
}

/// As ``expandBytesK16(_:into:)`` with minimums (Q2_K): w = (d·a)·q + m·b.
@unsafe func expandBytesK16Min(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, SignedBytes.self, K16ScalesAndMinimums.self)
}

/// A block of 32 columns of sixteen expanded rows with such scales: unsigned bytes, as `vpdpbusd` takes them.
///
///     │ columns 4v…4v+3 of each row │ × 8   512 bytes
///     │ f32 scale of each row       │ × 1, or 2 where 16 columns share one   64 bytes each
///     │ f32 minimum of each row     │ likewise, if there are any             64 bytes each
enum ExpandedBytes<Scales: TileScales> {
    @inline(__always) static var scales: Int { 512 }
    @inline(__always) static var minimums: Int { scales + 64 * Scales.perBlock }
    @inline(__always) static var bytes: Int { minimums + (Scales.hasMinimum ? 64 * Scales.perBlock : 0) }
}

/// How the integers of a block of two groups become its bytes.
private protocol TileIntegers {
    /// Bytes of a block of one group.
    static var blockBytes: Int { get }
    @unsafe static func expand(_ w: UnsafeRawPointer, _ pair: GroupPair, to out: UnsafeMutableRawPointer)
}

private enum Nibbles: TileIntegers {
    @inline(__always) static var blockBytes: Int { 128 }

    @inline(__always)
    static func expand(_ w: UnsafeRawPointer, _ pair: GroupPair, to out: UnsafeMutableRawPointer) {
        let mask = _mm512_set1_epi8(0x0f)
        for v in 0..<4 {
            let bytes = unsafe pair.load64(w + 32 &* v)
            unsafe _mm512_storeu_si512(out + 64 &* v, _mm512_and_si512(bytes, mask))
            unsafe _mm512_storeu_si512(
                out + (256 &+ 64 &* v), _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask))
        }
    }
}

private enum SignedBytes: TileIntegers {
    @inline(__always) static var blockBytes: Int { 256 }

    @inline(__always)
    static func expand(_ w: UnsafeRawPointer, _ pair: GroupPair, to out: UnsafeMutableRawPointer) {
        let topBits = _mm512_set1_epi8(-128)
        // From the slots of a tile (`TileLayout.byteRow`) to the order of the rows, which is that of the scales.
        let rows = _mm512_set_epi32(15, 14, 11, 10, 13, 12, 9, 8, 7, 6, 3, 2, 5, 4, 1, 0)
        for v in 0..<8 {
            let bytes = unsafe _mm512_permutexvar_epi32(rows, pair.load64(w + 32 &* v))
            unsafe _mm512_storeu_si512(out + 64 &* v, _mm512_xor_si512(bytes, topBits))
        }
    }
}

@unsafe @inline(__always)
private func expand<Integers: TileIntegers, Scales: TileScales>(
    _ call: TileCall, _ destination: UnsafeMutableRawPointer, _: Integers.Type, _: Scales.Type
) {
    unsafe expandBlocks(
        call, into: destination, Scales.self, weightBytes: Integers.blockBytes,
        expandedBytes: ExpandedBytes<Scales>.bytes
    ) { scales, header, w, pair, out in
        unsafe Integers.expand(w, pair, to: out)
        for part in 0..<Scales.perBlock {
            let place = unsafe out + 64 &* part
            unsafe _mm512_storeu_ps(place + ExpandedBytes<Scales>.scales, scales.scale(header, pair, half: part))
            if Scales.hasMinimum {
                unsafe _mm512_storeu_ps(
                    place + ExpandedBytes<Scales>.minimums, scales.minimum(header, pair, half: part))
            }
        }
    }
}
