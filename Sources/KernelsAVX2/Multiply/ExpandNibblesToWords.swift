import CIntrinsics
import Kernels

/// Expands nibbles with one scale per 32 columns, centred on 8 (Q4_0, int4), for ``multiplyNibbleWords(_:)``.
///
/// Two groups at a time, side by side, a row a 32-bit lane of 64 bytes:
///
///     block: │ f32 scale │ f32 minimum, if there is one │ 16 × two columns' integers, 16 bits each │   1088 or 1152 bytes
///
/// The last of an odd number of groups is its own neighbour; its twin's products are not stored.
///
/// - Shapes: weights (8·groups, columns); destination (⌈groups / 2⌉ × columns / 32 blocks).
/// - Preconditions: columns a multiple of 32.
/// - Error: none; every value is kept, without the 8.
/// - Threads: by pairs of groups.
@unsafe func expandNibblesToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, PlainScales.self, WordPairBlock.self)
}

/// As ``expandNibblesToWords(_:into:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func expandNibblesMinToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, ScalesAndMinimums.self, WordPairBlock.self)
}

/// As ``expandNibblesToWords(_:into:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
@unsafe func expandNibblesKToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, KScales.self, WordPairBlock.self)
}

/// Every 64 bytes hold two columns of the first group and then of the second, 16 bits each.
enum WordPairBlock: PairForm {
    @inline(__always) static var integerBytes: Int { 1024 }

    @inline(__always)
    static func store<Scales: TileScales>(
        _ low: __m256i, _ high: __m256i, vector v: Int, _: Scales.Type, to integers: UnsafeMutableRawPointer
    ) {
        unsafe storeWords(low, Scales.self, to: integers + 128 &* v)
        unsafe storeWords(high, Scales.self, to: integers + (128 &* v &+ 512))
    }
}

/// Four columns of every row, as the words of the first two and of the last two.
@unsafe @inline(__always)
private func storeWords<Scales: TileScales>(_ bytes: __m256i, _: Scales.Type, to out: UnsafeMutableRawPointer) {
    let zero: Int8 = -1
    let firstTwo = _mm256_setr_epi8(
        0, zero, 1, zero, 4, zero, 5, zero, 8, zero, 9, zero, 12, zero, 13, zero,
        0, zero, 1, zero, 4, zero, 5, zero, 8, zero, 9, zero, 12, zero, 13, zero)
    let lastTwo = _mm256_add_epi8(firstTwo, _mm256_set1_epi16(2))
    let centre = _mm256_set1_epi16(Scales.hasMinimum ? 0 : 8)
    unsafe storeVector(_mm256_sub_epi16(_mm256_shuffle_epi8(bytes, firstTwo), centre), to: out)
    unsafe storeVector(_mm256_sub_epi16(_mm256_shuffle_epi8(bytes, lastTwo), centre), to: out + 64)
}
