import CIntrinsics
import Kernels

/// Expands nibbles with one scale per 32 columns, centred on 8 (Q4_0, int4), for ``multiplyNibblePairs(_:)``.
///
/// Sixteen rows at a time, a row a 32-bit lane of 64 bytes:
///
///     block: │ low + 120, high − 8 of columns 4v…4v+3 and 4v+16…4v+19 │ × 4   512 bytes
///            │ s32 −Σw₀w₁ │ f32 scale │ f32 minimum, if there is one           64 bytes each
///
/// - Shapes: weights (8·groups, columns); destination (⌈groups / 2⌉ × columns / 32 blocks).
/// - Preconditions: columns a multiple of 32.
/// - Error: none; every value is kept.
/// - Threads: by pairs of groups.
@unsafe func expandNibbles(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, PlainScales.self)
}

/// As ``expandNibbles(_:into:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func expandNibblesMin(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, ScalesAndMinimums.self)
}

/// As ``expandNibbles(_:into:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
@unsafe func expandNibblesK(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, KScales.self)
}

/// A block of 32 columns of sixteen expanded rows.
enum PairBlock {
    @inline(__always) static func bytes(hasMinimum: Bool) -> Int { hasMinimum ? 704 : 640 }
    @inline(__always) static var weightProducts: Int { 512 }
    @inline(__always) static var scales: Int { 576 }
    @inline(__always) static var minimums: Int { 640 }
}

@unsafe @inline(__always)
private func expand<Scales: TileScales>(
    _ call: TileCall, _ destination: UnsafeMutableRawPointer, _: Scales.Type
) {
    let mask = _mm512_set1_epi8(0x0f)
    let bias = _mm512_set1_epi8(120)
    let middle = _mm512_set1_epi8(8)
    unsafe expandBlocks(
        call, into: destination, Scales.self, weightBytes: 128,
        expandedBytes: PairBlock.bytes(hasMinimum: Scales.hasMinimum)
    ) { scales, header, w, pair, out in
        var products = _mm512_setzero_si512()
        for v in 0..<4 {
            let bytes = unsafe pair.load64(w + 32 &* v)
            let low = _mm512_add_epi8(_mm512_and_si512(bytes, mask), bias)
            let high = _mm512_sub_epi8(_mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask), middle)
            products = _mm512_dpbusd_epi32(products, low, high)
            unsafe _mm512_storeu_si512(out + 128 &* v, low)
            unsafe _mm512_storeu_si512(out + (128 &* v &+ 64), high)
        }
        unsafe _mm512_storeu_si512(
            out + PairBlock.weightProducts, _mm512_sub_epi32(_mm512_setzero_si512(), products))
        unsafe _mm512_storeu_ps(out + PairBlock.scales, scales.scale(header, pair, half: 0))
        if Scales.hasMinimum {
            unsafe _mm512_storeu_ps(out + PairBlock.minimums, scales.minimum(header, pair, half: 0))
        }
    }
}
