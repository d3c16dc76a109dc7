/// Multiplies signed 8-bit weights with one scale per 32 columns with 8-bit activations.
///
/// All as ``multiplyByteTile(_:)``, but for the activations: ``ActivationBlock`` `int8`, none of them −128.
///
/// - Error: |Σ| ≤ 32·128·127 < 2¹⁹.
@unsafe func multiplyByteInt8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, PlainScales.self, Int8Activations.self)
}

/// As ``multiplyByteInt8Tile(_:)`` with a minimum for each scale (Q5_1): w = d·q + m.
@unsafe func multiplyByteMinInt8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, ScalesAndMinimums.self, Int8Activations.self)
}

/// As ``multiplyByteInt8Tile(_:)`` with two-level scales and minimums (Q5_K, IQ4_XS): w = (d·a)·q + m·b.
/// - Preconditions: columns a multiple of 256.
@unsafe func multiplyByteKInt8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, KScales.self, Int8Activations.self)
}

/// As ``multiplyByteInt8Tile(_:)`` with two-level scales, the lower one for 16 columns (Q6_K, Q3_K): w = (d·a)·q.
/// - Preconditions: columns a multiple of 256.
@unsafe func multiplyByteK16Int8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16Scales.self, Int8Activations.self)
}

/// As ``multiplyByteK16Int8Tile(_:)`` with minimums (Q2_K): w = (d·a)·q + m·b.
@unsafe func multiplyByteK16MinInt8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16ScalesAndMinimums.self, Int8Activations.self)
}

/// Activations of 8 bits.
enum Int8Activations: ByteActivations {
    static var blockBytes: Int { ActivationBlock.int8 }

    @inline(__always) static func column(_ integers: UnsafeRawPointer, _ index: Int) -> Int32 {
        unsafe Int32(integers.load(fromByteOffset: index, as: Int8.self))
    }
    @inline(__always) static func sum(_ block: UnsafeRawPointer, half: Int?) -> Float {
        guard let half else { return unsafe block.loadUnaligned(fromByteOffset: 4, as: Float.self) }
        let (all, first) = unsafe (
            block.loadUnaligned(fromByteOffset: 8, as: Int32.self),
            block.loadUnaligned(fromByteOffset: 12, as: Int32.self)
        )
        let scale = unsafe block.loadUnaligned(as: Float.self)
        return Float(half == 0 ? first : all &- first) * (scale * -0.125)
    }
}
