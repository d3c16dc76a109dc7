/// Multiplies 4-bit weights with one scale per 32 columns, centred on 8 (Q4_0, int4), with 16-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · (256·Σ q[r][c] · h[t][c] + Σ q[r][c] · l[t][c] − 8·Σ x[t][c])
///
/// All as ``multiplyNibbleTile(_:)``, but for the activations: ``ActivationBlock`` `split`, x = 256·h + l.
///
/// - Error: the integer sums are exact (|Σ| ≤ 32·15·32639 < 2²⁴) and the same in every instruction set.
///
/// Twice the products of 8-bit activations and no more: both halves end in one integer, before any float is made of it.
@unsafe func multiplyNibbleInt16Tile(_ call: TileCall) {
    unsafe multiplyNibbles(call, PlainScales.self, SplitActivations.self)
}

/// As ``multiplyNibbleInt16Tile(_:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func multiplyNibbleMinInt16Tile(_ call: TileCall) {
    unsafe multiplyNibbles(call, ScalesAndMinimums.self, SplitActivations.self)
}

/// As ``multiplyNibbleInt16Tile(_:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
/// - Preconditions: columns a multiple of 256.
@unsafe func multiplyNibbleKInt16Tile(_ call: TileCall) {
    unsafe multiplyNibbles(call, KScales.self, SplitActivations.self)
}

/// Activations of 16 bits in two halves.
private enum SplitActivations: NibbleActivations {
    static var blockBytes: Int { ActivationBlock.split }

    @inline(__always) static func nibbleDot(_ w: UnsafeRawPointer, _ block: UnsafeRawPointer) -> SIMD8<Int32> {
        let high = unsafe Kernels.nibbleDot(w, block + ActivationBlock.header)
        return unsafe (high &<< 8) &+ Kernels.nibbleDot(w, block + ActivationBlock.lowBytes)
    }
}
