/// How a cache page of 8-bit integers lays out the keys and values of one key-value head.
///
/// Each position has a binary16 scale for every 32 dimensions of its key and of its value, and a byte b for each
/// dimension, that stands for `scale · (b − 128)`: for 96 dimensions 204 bytes a position, where binary16 takes 384.
/// A stored position depends on its own numbers alone, never on what was stored before.
///
/// Keys and values are the same kind of block. What a kernel sums over comes in quads, the four bytes of a 32-bit
/// lane, and lanes stand side by side; so a product with four coefficients is a few instructions on whole vectors.
///
///     keys, for every 32 dimensions    | 64 × f16 scale | dimension quads (8) × slots (64) × 4 dimensions |
///     values, for every 32 dimensions  | 64 × f16 scale | slot quads (16) × dimensions (32) × 4 slots      |
///
/// The last block of the keys has as many quads as its dimensions need, that of the values as many lanes: 16 or 32.
///
/// Bytes are unsigned, since a byte within a lane is widened to 16 bits by a mask or a shift where the sign would
/// take one more, and since `vpdpbusd` wants them so. The surplus of 128 is taken off as 128 · Σ coefficients.
public enum QuantizedPage {
    /// Dimensions that share a scale.
    @inlinable public static var blockDimensions: Int { 32 }
    /// Bytes of the scales in front of a block: 64 numbers of 16 bits.
    @inlinable public static var scaleBytes: Int { 128 }
    /// What a byte is above the integer it stands for.
    @inlinable public static var bias: Int32 { 128 }
    /// The largest magnitude of a stored integer.
    @inlinable public static var largest: Float { 127 }
    /// The largest magnitude of a coefficient: it comes apart as 256 · s8 + s8.
    @inlinable public static var largestCoefficient: Float { 127 * 256 + 127 }

    /// Bytes from one dimension quad of the keys to the next.
    @inlinable public static var keyQuadBytes: Int { 256 }
    /// Bytes of a block of keys of 32 dimensions.
    @inlinable public static var keyBlockBytes: Int { scaleBytes + blockDimensions / 4 * keyQuadBytes }
    /// Bytes of a block of values with so many lanes.
    @inlinable
    public static func valueBlockBytes(lanes: Int) -> Int { scaleBytes + 64 * lanes }

    public static func blocks(headSize: Int) -> Int { (headSize + blockDimensions - 1) / blockDimensions }

    static func keyBytes(headSize: Int) -> Int {
        blocks(headSize: headSize) * scaleBytes + (headSize + 3) / 4 * keyQuadBytes
    }

    static func valueBytes(valueStride: Int) -> Int {
        blocks(headSize: valueStride) * scaleBytes + valueStride * AttentionPageLayout.positions
    }
}

/// A query as the kernels of ``QuantizedPage`` want it: 16-bit integers with one scale, q = scale · c.
///
///     | f32 scale, 12 unused |, then for every 32 dimensions | s32 −128 · Σ c, 12 unused | 32 × s16 c |
///
/// Of each four dimensions 0 1 2 3 the order is 0 2 1 3: so they meet the bytes of a lane, of which a mask leaves the
/// even ones and a shift the odd ones. Dimensions beyond the head are zeros.
public enum QuantizedQuery {
    @inlinable public static var headerBytes: Int { 16 }
    @inlinable public static var blockHeaderBytes: Int { 16 }
    @inlinable public static var blockBytes: Int { blockHeaderBytes + 2 * QuantizedPage.blockDimensions }

    public static func bytes(headSize: Int) -> Int {
        headerBytes + QuantizedPage.blocks(headSize: headSize) * blockBytes
    }
}

/// The scale that maps a largest magnitude to ``QuantizedPage/largestCoefficient``, and its reciprocal.
public struct CoefficientScale {
    /// NaN for a magnitude that is none, 0 for one below 2⁻¹¹⁶, whose reciprocal could overflow.
    public let value: Float
    /// 0 in both cases.
    public let inverse: Float

    @inlinable @inline(__always)
    public init(magnitude: Float) {
        if !(magnitude <= Float.greatestFiniteMagnitude) {
            (value, inverse) = (.nan, 0)
        } else if magnitude < ActivationBlock.smallestMagnitude {
            (value, inverse) = (0, 0)
        } else {
            value = magnitude / QuantizedPage.largestCoefficient
            inverse = QuantizedPage.largestCoefficient / magnitude
        }
    }

    /// All coefficients are 0, whatever the numbers.
    @inlinable @inline(__always)
    public var isEmpty: Bool { inverse == 0 }
}
