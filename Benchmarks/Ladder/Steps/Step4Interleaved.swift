/// Step 4: eight rows lie side by side (``InterleavedWeights``), a lane to a row: nothing is summed across lanes.
///
/// A vector holds four columns of each of eight rows; the four activations that meet them are the same for all rows and
/// are broadcast. The products of a block are added up in 16-bit lanes, two to a row (16 of at most 8·120 in each, 15,360),
/// then the two are added once, converted once and scaled once, for eight rows together: the twenty instructions that
/// step 3 spent at the end of every block of one row now serve eight.
///
/// What it cannot cure: without an instruction for it, products of bytes are products of 16 bits after shifts, masks and
/// subtractions, on 128-bit vectors: 1.24 instructions for a multiply-add, nearly all of them for these.
public func multiplyInterleaved(
    _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, into y: UnsafeMutablePointer<Float>, _ sizes: Sizes
) {
    for token in 0..<sizes.tokens {
        for group in 0..<sizes.groups {
            let weights = w + group * sizes.blocks * InterleavedWeights.blockBytes
            let activations = x + token * sizes.blocks * ActivationBlock.bytes
            let products = eightRows(weights, activations, blocks: sizes.blocks)
            UnsafeMutableRawPointer(y + token * sizes.rows + 8 * group).storeBytes(of: products, as: SIMD8<Float>.self)
        }
    }
}

@inline(__always)
private func eightRows(_ w: UnsafeRawPointer, _ x: UnsafeRawPointer, blocks: Int) -> SIMD8<Float> {
    var sum = SIMD8<Float>.zero
    for block in 0..<blocks {
        let weights = w + block * InterleavedWeights.blockBytes
        let activations = x + block * ActivationBlock.bytes
        let integers = dot(weights + 16, activations + ActivationBlock.header)
        let scale = activations.loadUnaligned(as: Float.self)
        sum += floats(integers) * (scales(weights) * scale)
    }
    return sum
}

/// Σ (n − 8)·q over a block, for each of eight rows.
@inline(__always)
private func dot(_ w: UnsafeRawPointer, _ q: UnsafeRawPointer) -> SIMD8<Int32> {
    var sums = SIMD16<Int16>.zero
    for v in 0..<4 {
        let nibbles = (w + 32 * v).loadUnaligned(as: SIMD16<Int16>.self)
        let low = columns(q + 4 * v)
        let high = columns(q + 16 + 4 * v)
        sums &+= ((nibbles & 15) &- 8) &* low.even
        sums &+= (((nibbles &>> 4) & 15) &- 8) &* high.even
        sums &+= (((nibbles &>> 8) & 15) &- 8) &* low.odd
        sums &+= (((nibbles &>> 12) & 15) &- 8) &* high.odd
    }
    let pairs = unsafeBitCast(sums, to: SIMD8<Int32>.self)
    return ((pairs &<< 16) &>> 16) &+ (pairs &>> 16)
}

/// Four activations broadcast to all rows: the first and third, and the second and fourth, widened to 16 bits.
@inline(__always)
private func columns(_ q: UnsafeRawPointer) -> (even: SIMD16<Int16>, odd: SIMD16<Int16>) {
    let word = SIMD8<UInt32>(repeating: q.loadUnaligned(as: UInt32.self))
    let pairs = unsafeBitCast(word, to: SIMD16<Int16>.self)
    return ((pairs &<< 8) &>> 8, pairs &>> 8)
}

/// Eight scales.
@inline(__always)
private func scales(_ p: UnsafeRawPointer) -> SIMD8<Float> {
    func scale(_ row: Int) -> Float { Q40Block.scale(p + 2 * row) }
    return SIMD8(scale(0), scale(1), scale(2), scale(3), scale(4), scale(5), scale(6), scale(7))
}

/// The same numbers as floats. Written out, because the generic conversion of the standard library stays a loop.
@inline(__always)
private func floats(_ v: SIMD8<Int32>) -> SIMD8<Float> {
    SIMD8(Float(v[0]), Float(v[1]), Float(v[2]), Float(v[3]), Float(v[4]), Float(v[5]), Float(v[6]), Float(v[7]))
}
