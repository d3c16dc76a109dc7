/// How a cache page of 8-bit integers lays out the keys and values of one key-value head.
///
/// Each position has a binary16 scale for every 32 dimensions of its key and of its value, and a byte b for each
/// dimension, that stands for `scale · (b − 128)`: for 96 dimensions 204 bytes a position, where binary16 takes 384.
/// A stored position depends on its own numbers alone, never on what was stored before.
///
/// Keys and values are the same kind of block. What a kernel sums over comes in quads, the four bytes of a 32-bit
/// lane, and sixteen lanes stand side by side; so a product with four coefficients is a few instructions on whole vectors.
///
///     keys, for every 32 dimensions    | 64 × f16 scale | slots 0 … 15 | 16 … 31 | 32 … 47 | 48 … 63 |
///                                       each group       | dimension quads (8) × slots (16) × 4 dimensions |
///     values, for every 32 dimensions  | 64 × f16 scale | dimensions 0 … 15 | 16 … 31 |
///                                       each group       | slot quads (16) × dimensions (16) × 4 slots |
///
/// The last block of the keys has as many quads as its dimensions need, that of the values one group or two.
///
/// A quad of a group is a cache line, and a group's sums fit into two vectors of AVX2. So four heads can be read side by side,
/// line by line, each from its first byte to its last: four streams of memory, and their sums in registers.
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

    /// Slots or dimensions that stand side by side.
    @inlinable public static var groupLanes: Int { 16 }
    /// Bytes from one quad of a group to the next.
    @inlinable public static var quadBytes: Int { 4 * groupLanes }
    /// Quads of a group of values.
    @inlinable public static var valueQuads: Int { AttentionPageLayout.positions / 4 }
    /// Bytes of a block of 32 dimensions, of keys and of values alike.
    @inlinable public static var blockBytes: Int { scaleBytes + blockDimensions * AttentionPageLayout.positions }

    /// Quads of a group of keys in a block with so many dimensions, or with more than a block has.
    @inlinable
    public static func keyQuads(dimensions: Int) -> Int {
        dimensions < blockDimensions ? (dimensions &+ 3) / 4 : blockDimensions / 4
    }

    /// From the beginning of a block to the first quad of a lane, where a group has so many.
    @inlinable @inline(__always)
    public static func offset(ofLane lane: Int, quads: Int) -> Int {
        let (group, rest) = (lane / groupLanes, lane % groupLanes)
        return scaleBytes &+ group &* quads &* quadBytes &+ 4 &* rest
    }

    public static func blocks(headSize: Int) -> Int { (headSize + blockDimensions - 1) / blockDimensions }

    static func keyBytes(headSize: Int) -> Int {
        blocks(headSize: headSize) * scaleBytes + (headSize + 3) / 4 * 4 * AttentionPageLayout.positions
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
