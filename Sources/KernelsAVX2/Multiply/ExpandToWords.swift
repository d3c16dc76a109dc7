import CIntrinsics
import Kernels

/// Expands nibbles with one scale per 32 columns, centred on 8 (Q4_0, int4), for ``multiplyExpandedWords(_:)``.
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
    unsafe expandPairs(call, destination, PlainScales.self, NibbleWords.self)
}

/// As ``expandNibblesToWords(_:into:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func expandNibblesMinToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, ScalesAndMinimums.self, NibbleWords.self)
}

/// As ``expandNibblesToWords(_:into:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
@unsafe func expandNibblesKToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, KScales.self, NibbleWords.self)
}

/// Expands bytes with one scale per 32 columns (Q8_0, Q5_0, IQ4_NL, int8) to the same blocks as ``expandNibblesToWords(_:into:)``.
@unsafe func expandBytesToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, PlainScales.self, ByteWords.self)
}

/// As ``expandBytesToWords(_:into:)`` with a minimum for each scale (Q5_1): w = d·q + m.
@unsafe func expandBytesMinToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, ScalesAndMinimums.self, ByteWords.self)
}

/// As ``expandBytesToWords(_:into:)`` with two-level scales and minimums (Q5_K, IQ4_XS): w = (d·a)·q + m·b.
@unsafe func expandBytesKToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, KScales.self, ByteWords.self)
}

/// As ``expandBytesToWords(_:into:)`` with two-level scales, the lower one for 16 columns (Q6_K, Q3_K): w = (d·a)·q. A block has
/// two scales for a row, and 1152 bytes.
@unsafe func expandBytesK16ToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, K16Scales.self, ByteWords.self)
}

/// As ``expandBytesK16ToWords(_:into:)`` with minimums (Q2_K): w = (d·a)·q + m·b. A block has two of either, and 1280 bytes.
@unsafe func expandBytesK16MinToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, K16ScalesAndMinimums.self, ByteWords.self)
}

/// Every 64 bytes hold two columns of the first group and then of the second, 16 bits each.
protocol WordPairs: PairForm {}

extension WordPairs {
    @inline(__always) static var integerBytes: Int { 1024 }

    /// Writes four columns of every row, signed bytes, as the words of the first two and of the last two.
    @unsafe @inline(__always)
    fileprivate static func storeWords(_ bytes: __m256i, to out: UnsafeMutableRawPointer) {
        let zero: Int8 = -1
        // A byte in the upper half of its word: shifted down, it brings its sign along.
        let firstTwo = _mm256_setr_epi8(
            zero, 0, zero, 1, zero, 4, zero, 5, zero, 8, zero, 9, zero, 12, zero, 13,
            zero, 0, zero, 1, zero, 4, zero, 5, zero, 8, zero, 9, zero, 12, zero, 13)
        let lastTwo = _mm256_add_epi8(firstTwo, _mm256_set1_epi16(2 << 8))
        unsafe storeVector(_mm256_srai_epi16(_mm256_shuffle_epi8(bytes, firstTwo), 8), to: out)
        unsafe storeVector(_mm256_srai_epi16(_mm256_shuffle_epi8(bytes, lastTwo), 8), to: out + 64)
    }
}

/// Words of nibbles.
enum NibbleWords: WordPairs {
    @inline(__always) static var tileBytes: Int { 128 }

    @inline(__always)
    static func expand<Scales: TileScales>(
        _ w: UnsafeRawPointer, _: Scales.Type, to integers: UnsafeMutableRawPointer
    ) {
        let centre = _mm256_set1_epi8(Scales.hasMinimum ? 0 : 8)
        for v in 0..<4 {
            let (low, high) = unsafe nibbles(w, vector: v)
            unsafe storeWords(_mm256_sub_epi8(low, centre), to: integers + 128 &* v)
            unsafe storeWords(_mm256_sub_epi8(high, centre), to: integers + (128 &* v &+ 512))
        }
    }
}

/// Words of bytes, whose rows come in the order of their slots.
enum ByteWords: WordPairs {
    @inline(__always) static var tileBytes: Int { 256 }

    @inline(__always)
    static func expand<Scales: TileScales>(
        _ w: UnsafeRawPointer, _: Scales.Type, to integers: UnsafeMutableRawPointer
    ) {
        for v in 0..<8 {
            let bytes = unsafe _mm256_loadu_si256((w + 32 &* v).assumingMemoryBound(to: __m256i.self))
            unsafe storeWords(inSlots(bytes), to: integers + 128 &* v)
        }
    }
}
