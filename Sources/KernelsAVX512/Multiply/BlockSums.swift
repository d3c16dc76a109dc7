import CIntrinsics

/// What part of a block's 32 columns a scale belongs to.
enum BlockPart {
    case whole, firstHalf, secondHalf

    @inline(__always)
    static func half(_ index: Int) -> BlockPart { index == 0 ? .firstHalf : .secondHalf }
}

/// −8·Σx over a part of a block of 8-bit activations, for every row. The block holds that of all and of the first half; one of
/// 16-bit activations in halves that of all.
@unsafe @inline(__always)
func negatedSums(_ block: UnsafeRawPointer, _ part: BlockPart) -> __m512i {
    switch part {
    case .whole: unsafe broadcast(block + 8)
    case .firstHalf: unsafe broadcast(block + 12)
    case .secondHalf: unsafe _mm512_sub_epi32(broadcast(block + 8), broadcast(block + 12))
    }
}

/// Scale·Σx over a part of a block of 8-bit activations, for every row; the whole of a block also of 16 bits in halves.
@unsafe @inline(__always)
func scaledSum(_ block: UnsafeRawPointer, _ part: BlockPart) -> __m512 {
    if part == .whole { return unsafe broadcastFloat(block + 4) }
    let first = unsafe block.loadUnaligned(fromByteOffset: 12, as: Int32.self)
    let integer = unsafe part == .firstHalf ? first : block.loadUnaligned(fromByteOffset: 8, as: Int32.self) &- first
    return unsafe _mm512_set1_ps(Float(integer) * (block.loadUnaligned(as: Float.self) * -0.125))
}
