public import Tensors

/// Elements of a stored row as floats, whatever its type: `count` elements, whole blocks.
///
/// `y[i] = value of element i`, bit for bit what ggml's reference and gguf-py give.
///
///     source       count / type.blockLength blocks of type.blockBytes, no gaps, any alignment
///     destination  count floats, any alignment
///
/// - Precondition: `count` is a multiple of `type.blockLength`; source and destination do not overlap.
/// - Error: none: each format's own rounding is part of its meaning, so the order of the float operations is too.
/// - Threads: none; callers split by rows.
public func dequantizeRow(
    type: ElementType, _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>, count: Int
) {
    switch type {
    case .f32: unsafe dequantizeF32(source, into: destination, count: count)
    case .f16: unsafe dequantizeF16(source, into: destination, count: count)
    case .bf16: unsafe dequantizeBF16(source, into: destination, count: count)
    case .q4_0: unsafe dequantizeQ4_0(source, into: destination, count: count)
    case .q4_1: unsafe dequantizeQ4_1(source, into: destination, count: count)
    case .q5_0: unsafe dequantizeQ5_0(source, into: destination, count: count)
    case .q5_1: unsafe dequantizeQ5_1(source, into: destination, count: count)
    case .q8_0: unsafe dequantizeQ8_0(source, into: destination, count: count)
    case .q2_K: unsafe dequantizeQ2_K(source, into: destination, count: count)
    case .q3_K: unsafe dequantizeQ3_K(source, into: destination, count: count)
    case .q4_K: unsafe dequantizeQ4_K(source, into: destination, count: count)
    case .q5_K: unsafe dequantizeQ5_K(source, into: destination, count: count)
    case .q6_K: unsafe dequantizeQ6_K(source, into: destination, count: count)
    case .iq4_NL: unsafe dequantizeIQ4_NL(source, into: destination, count: count)
    case .iq4_XS: unsafe dequantizeIQ4_XS(source, into: destination, count: count)
    }
}

// What the formats' readers share. All integers in a block are little-endian, as is every machine Swift runs on.

extension UnsafeRawPointer {
    /// The binary16 number at an offset, as a float.
    @inline(__always)
    func half(at offset: Int) -> Float {
        unsafe Half.float(loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always)
    func byte(at offset: Int) -> UInt8 {
        unsafe load(fromByteOffset: offset, as: UInt8.self)
    }

    /// Eight bytes, each widened to a lane that sums and shifts have room in.
    @inline(__always)
    func bytes8(at offset: Int) -> SIMD8<Int32> {
        unsafe SIMD8<Int32>(truncatingIfNeeded: loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt8>.self))
    }
}

/// Lane i is bit `first + i` of a 32-bit mask: 1 or 0.
@inline(__always)
func bits8(_ mask: UInt32, from first: Int) -> SIMD8<Int32> {
    let lanes = SIMD8<UInt32>(repeating: mask >> UInt32(first)) &>> SIMD8<UInt32>(0, 1, 2, 3, 4, 5, 6, 7)
    return SIMD8<Int32>(truncatingIfNeeded: lanes & 1)
}
