import CIntrinsics
import Kernels

/// Expands nibbles with one scale per 32 columns, centred on 8 (Q4_0, int4), for ``multiplyNibbleBytes(_:)``.
///
/// Eight rows at a time, a row a 32-bit lane of 32 bytes:
///
///     block: │ f32 scale │ f32 minimum, if there is one │ 8 × four columns' nibbles, a byte each │   288 or 320 bytes
///
/// - Shapes: weights (8·groups, columns); destination (groups × columns / 32 blocks).
/// - Preconditions: columns a multiple of 32.
/// - Error: none; every value is kept.
/// - Threads: by groups.
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

/// A block of 32 columns of eight expanded rows.
enum ByteBlock {
    @inline(__always) static func bytes(hasMinimum: Bool) -> Int { integers(hasMinimum: hasMinimum) + 256 }
    @inline(__always) static var minimums: Int { 32 }
    @inline(__always) static func integers(hasMinimum: Bool) -> Int { hasMinimum ? 64 : 32 }
}

@unsafe @inline(__always)
private func expand<Scales: TileScales>(
    _ call: TileCall, _ destination: UnsafeMutableRawPointer, _: Scales.Type
) {
    let mask = _mm256_set1_epi8(0x0f)
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    var out = unsafe destination
    for group in unsafe 0..<call.groups {
        var w = unsafe call.weights + group * call.groupBytes
        var block = 0
        while block < blocks {
            let scales = unsafe Scales(header: w)
            unsafe w += Scales.headerBytes
            let end = min(block &+ blocksPerHeader, blocks)
            while block < end {
                block &+= 1
                let header = unsafe w
                unsafe w += Scales.blockHeaderBytes
                unsafe prefetchLine(w + prefetchBytes)
                unsafe prefetchLine(w + prefetchBytes + 64)
                unsafe store(scales.scale(header, half: 0), to: out)
                if Scales.hasMinimum { unsafe store(scales.minimum(header, half: 0), to: out + ByteBlock.minimums) }
                let integers = unsafe (out + ByteBlock.integers(hasMinimum: Scales.hasMinimum))
                    .assumingMemoryBound(to: __m256i.self)
                for v in 0..<4 {
                    let bytes = unsafe _mm256_loadu_si256((w + 32 &* v).assumingMemoryBound(to: __m256i.self))
                    unsafe _mm256_storeu_si256(integers + v, _mm256_and_si256(bytes, mask))
                    unsafe _mm256_storeu_si256(
                        integers + (v &+ 4), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask))
                }
                unsafe out += ByteBlock.bytes(hasMinimum: Scales.hasMinimum)
                unsafe w += 128
            }
        }
    }
}

@unsafe @inline(__always)
private func store(_ v: __m256, to p: UnsafeMutableRawPointer) {
    unsafe _mm256_storeu_ps(p.assumingMemoryBound(to: Float.self), v)
}
