public import Tensors

extension ElementType {
    /// The layout of MatMulNBits that holds the values of this type as they are, every weight being a whole multiple of its
    /// block's scale; nil where a type has minimums or tables, or no blocks.
    ///
    /// The scales of Q6_K are products, which f16 does not hold.
    public func sameNBits(hasHalfScales: Bool) -> NBitBlocks? {
        switch self {
        case .q4_0: NBitBlocks(bits: 4, columns: 32, hasHalfScales: hasHalfScales)
        case .q5_0, .q8_0: NBitBlocks(bits: 8, columns: 32, hasHalfScales: hasHalfScales)
        case .q6_K where !hasHalfScales: NBitBlocks(bits: 8, columns: 16, hasHalfScales: false)
        default: nil
        }
    }
}

/// The scales that stand in a row of blocks: d for Q4_0, Q5_0 and Q8_0; d · s for each 16 columns of Q6_K.
///
///     source   count / type.blockLength blocks; the families' own comments draw them
///     scales   a float for each block, sixteen for one of Q6_K
///
/// - Precondition: one of these types; `count` is whole blocks; nothing overlaps. Any alignment.
/// - Error: none.
/// - Threads: none; callers split by rows.
@unsafe public func readScales(
    type: ElementType, _ source: UnsafeRawPointer, into scales: UnsafeMutablePointer<Float>, count: Int
) {
    for block in 0..<count / type.blockLength {
        let x = unsafe source + block * type.blockBytes
        if type == .q6_K {
            let d = unsafe x.half(at: 208)
            for group in 0..<16 {
                unsafe scales[16 * block + group] = d * Float(x.load(fromByteOffset: 192 + group, as: Int8.self))
            }
        } else {
            unsafe scales[block] = x.half(at: 0)
        }
    }
}
