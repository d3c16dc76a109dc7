import CIntrinsics
import Kernels

/// Expands nibbles with one scale per 32 columns, centred on 8 (Q4_0, int4), for ``multiplyNibbleBytes(_:)``.
///
/// Two groups at a time, side by side, a row a 32-bit lane of 64 bytes:
///
///     block: │ f32 scale │ f32 minimum, if there is one │ 8 × four columns' nibbles, a byte each │   576 or 640 bytes
///
/// The last of an odd number of groups is its own neighbour; its twin's products are not stored.
///
/// - Shapes: weights (8·groups, columns); destination (⌈groups / 2⌉ × columns / 32 blocks).
/// - Preconditions: columns a multiple of 32.
/// - Error: none; every value is kept.
/// - Threads: by pairs of groups.
@unsafe func expandNibbles(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, PlainScales.self, ByteBlock.self)
}

/// As ``expandNibbles(_:into:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func expandNibblesMin(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, ScalesAndMinimums.self, ByteBlock.self)
}

/// As ``expandNibbles(_:into:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
@unsafe func expandNibblesK(_ call: TileCall, into destination: UnsafeMutableRawPointer) {
    unsafe expandPairs(call, destination, KScales.self, ByteBlock.self)
}

/// Every 64 bytes hold four columns of the first group and then of the second, a byte each.
enum ByteBlock: PairForm {
    @inline(__always) static var tileBytes: Int { 128 }
    @inline(__always) static var integerBytes: Int { 512 }

    @inline(__always)
    static func expand<Scales: TileScales>(
        _ w: UnsafeRawPointer, _: Scales.Type, to integers: UnsafeMutableRawPointer
    ) {
        for v in 0..<4 {
            let (low, high) = unsafe nibbles(w, vector: v)
            unsafe storeVector(low, to: integers + 64 &* v)
            unsafe storeVector(high, to: integers + (64 &* v &+ 256))
        }
    }
}
