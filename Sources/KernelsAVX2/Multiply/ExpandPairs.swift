import CIntrinsics
import Kernels

/// A form that the integers of two groups are expanded to, side by side, in blocks of 32 columns:
///
///     │ 2 × 8 × f32 scale │ 2 × 8 × f32 minimum, if there is one │ integers, 32 bytes of either group in turn │
///
/// Where 16 columns share a scale there are two of each, one after the other.
protocol PairForm {
    /// Bytes of a block's integers in a tile, and of those of two groups once they are expanded.
    static var tileBytes: Int { get }
    static var integerBytes: Int { get }

    /// Writes the integers of a group's block (see ``TileLayout``) to their places, the group's half of 64 bytes each.
    @unsafe static func expand<Scales: TileScales>(
        _ w: UnsafeRawPointer, _: Scales.Type, to integers: UnsafeMutableRawPointer)
}

extension PairForm {
    /// Where the minimums and the integers of a block stand that has so many scales for a row.
    @inline(__always) static func minimums(scales: Int) -> Int { 64 &* scales }
    @inline(__always) static func integers(scales: Int, hasMinimum: Bool) -> Int { (hasMinimum ? 128 : 64) &* scales }
    @inline(__always) static func bytes(scales: Int, hasMinimum: Bool) -> Int {
        integers(scales: scales, hasMinimum: hasMinimum) &+ integerBytes
    }

    /// Bytes of a block of one of the two groups.
    static func groupBytes<Scales: TileScales>(_: Scales.Type) -> Int {
        bytes(scales: Scales.perBlock, hasMinimum: Scales.hasMinimum) / 2
    }

    /// Adds minimums, which stand at `w`, times the sums of the tokens' activations, which stand `stride` bytes apart.
    @unsafe @inline(__always)
    static func addMinimums<let tokens: Int>(
        _ w: UnsafeRawPointer, times activations: UnsafeRawPointer, stride: Int,
        to sums: inout InlineArray<tokens, __m256>, _ otherSums: inout InlineArray<tokens, __m256>
    ) {
        let (minimum, otherMinimum) = unsafe (loadFloats(w), loadFloats(w + 32))
        for t in 0..<tokens {
            let sum = unsafe _mm256_broadcast_ss((activations + t &* stride).assumingMemoryBound(to: Float.self))
            sums[t] = _mm256_fmadd_ps(minimum, sum, sums[t])
            otherSums[t] = _mm256_fmadd_ps(otherMinimum, sum, otherSums[t])
        }
    }
}

/// Expands the groups of a call two by two. The last of an odd number is its own neighbour.
@unsafe @inline(__always)
func expandPairs<Scales: TileScales, Form: PairForm>(
    _ call: TileCall, _ destination: UnsafeMutableRawPointer, _: Scales.Type, _: Form.Type
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
                unsafe expandBlock(w, first, to: out, Form.self)
                unsafe expandBlock(w + distance, second, to: out + 32, Form.self)
                unsafe out += Form.bytes(scales: Scales.perBlock, hasMinimum: Scales.hasMinimum)
                unsafe w += Scales.blockHeaderBytes &+ Form.tileBytes
            }
        }
        group += 2
    }
}

/// Expands a block of one group to its half of every 64 bytes.
@unsafe @inline(__always)
private func expandBlock<Scales: TileScales, Form: PairForm>(
    _ block: UnsafeRawPointer, _ scales: Scales, to out: UnsafeMutableRawPointer, _: Form.Type
) {
    let w = unsafe block + Scales.blockHeaderBytes
    for pair in 0..<Form.tileBytes / 128 { unsafe prefetchBlock(w + 128 &* pair, isAlone: true) }
    for half in 0..<Scales.perBlock {
        unsafe storeVector(_mm256_castps_si256(scales.scale(block, half: half)), to: out + 64 &* half)
        if Scales.hasMinimum {
            let minimums = unsafe out + Form.minimums(scales: Scales.perBlock)
            unsafe storeVector(_mm256_castps_si256(scales.minimum(block, half: half)), to: minimums + 64 &* half)
        }
    }
    unsafe Form.expand(
        w, Scales.self, to: out + Form.integers(scales: Scales.perBlock, hasMinimum: Scales.hasMinimum))
}

/// The nibbles of vector `v` of a block, those below and those above: a byte each.
@unsafe @inline(__always)
func nibbles(_ w: UnsafeRawPointer, vector v: Int) -> (low: __m256i, high: __m256i) {
    let mask = _mm256_set1_epi8(0x0f)
    let bytes = unsafe _mm256_loadu_si256((w + 32 &* v).assumingMemoryBound(to: __m256i.self))
    return (_mm256_and_si256(bytes, mask), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask))
}

@unsafe @inline(__always)
func storeVector(_ v: __m256i, to p: UnsafeMutableRawPointer) {
    unsafe _mm256_storeu_si256(p.assumingMemoryBound(to: __m256i.self), v)
}
