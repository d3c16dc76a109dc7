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
    unsafe expand(call, destination, PlainScales.self)
}

/// As ``expandNibblesToWords(_:into:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func expandNibblesMinToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, ScalesAndMinimums.self)
}

/// As ``expandNibblesToWords(_:into:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
@unsafe func expandNibblesKToWords(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expand(call, destination, KScales.self)
}

/// A block of 32 columns of two groups expanded to words: every 64 bytes hold 32 of the first and then 32 of the second.
enum WordPairBlock {
    @inline(__always) static func bytes(hasMinimum: Bool) -> Int { integers(hasMinimum: hasMinimum) + 1024 }
    @inline(__always) static var minimums: Int { 64 }
    @inline(__always) static func integers(hasMinimum: Bool) -> Int { hasMinimum ? 128 : 64 }
}

@unsafe @inline(__always)
private func expand<Scales: TileScales>(
    _ call: TileCall, _ destination: UnsafeMutableRawPointer, _: Scales.Type
) {
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    var out = unsafe destination
    var group = 0
    while unsafe group < call.groups {
        let distance = unsafe group + 1 < call.groups ? call.groupBytes : 0
        var w = unsafe call.weights + group * call.groupBytes
        var block = 0
        while block < blocks {
            let first = unsafe Scales(header: w)
            let second = unsafe Scales(header: w + distance)
            unsafe w += Scales.headerBytes
            let end = min(block &+ blocksPerHeader, blocks)
            while block < end {
                block &+= 1
                unsafe expandBlock(w, first, to: out)
                unsafe expandBlock(w + distance, second, to: out + 32)
                unsafe out += WordPairBlock.bytes(hasMinimum: Scales.hasMinimum)
                unsafe w += Scales.blockHeaderBytes &+ 128
            }
        }
        group += 2
    }
}

/// Expands a block of one group to its half of every 64 bytes.
@unsafe @inline(__always)
private func expandBlock<Scales: TileScales>(
    _ block: UnsafeRawPointer, _ scales: Scales, to out: UnsafeMutableRawPointer
) {
    let mask = _mm256_set1_epi8(0x0f)
    let w = unsafe block + Scales.blockHeaderBytes
    unsafe store(_mm256_castps_si256(scales.scale(block, half: 0)), to: out)
    if Scales.hasMinimum {
        unsafe store(_mm256_castps_si256(scales.minimum(block, half: 0)), to: out + WordPairBlock.minimums)
    }
    let integers = unsafe out + WordPairBlock.integers(hasMinimum: Scales.hasMinimum)
    for v in 0..<4 {
        let bytes = unsafe _mm256_loadu_si256((w + 32 &* v).assumingMemoryBound(to: __m256i.self))
        let low = _mm256_and_si256(bytes, mask)
        let high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask)
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
    unsafe store(_mm256_sub_epi16(_mm256_shuffle_epi8(bytes, firstTwo), centre), to: out)
    unsafe store(_mm256_sub_epi16(_mm256_shuffle_epi8(bytes, lastTwo), centre), to: out + 64)
}

@unsafe @inline(__always)
private func store(_ v: __m256i, to p: UnsafeMutableRawPointer) {
    unsafe _mm256_storeu_si256(p.assumingMemoryBound(to: __m256i.self), v)
}
