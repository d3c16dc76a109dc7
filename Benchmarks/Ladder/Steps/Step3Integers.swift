/// Step 3: activations become bytes too, and weights stay what they are; nothing is dequantised any more.
///
///     Σ d·(n − 8) · scale·q  over a block  =  d·scale · Σ (n − 8)·q
///
/// The sum is one of integers, of 16 bits: a lane takes the products of four columns (at most 4·8·120), and a 128-bit
/// vector has eight such lanes where it had four of floats. A multiply-add reads 1.8 bytes instead of eight, and one
/// token is served as well as many, since nothing is unpacked that others could share.
///
/// What it cannot cure: a block of a single row is only 32 multiply-adds, and for them its nibbles are picked, the
/// activations widened, the lanes added, converted and scaled: 55 instructions, 1.7 for each. That beats the 4.3 of step 2
/// for one token, and loses for many, whose floats step 2 unpacked once for all of them. The way up leads through a dip.
public func multiplyIntegers(
    _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, into y: UnsafeMutablePointer<Float>, _ sizes: Sizes
) {
    for row in 0..<sizes.rows {
        let weights = w + row * sizes.blocks * Q40Block.bytes
        for token in 0..<sizes.tokens {
            let activations = x + token * sizes.blocks * ActivationBlock.bytes
            y[token * sizes.rows + row] = product(weights, activations, blocks: sizes.blocks)
        }
    }
}

@inline(__always)
private func product(_ w: UnsafeRawPointer, _ x: UnsafeRawPointer, blocks: Int) -> Float {
    var (w, x, sum) = (w, x, SIMD4<Float>.zero)
    for _ in 0..<blocks {
        let scale = Q40Block.scale(w) * x.loadUnaligned(as: Float.self)
        sum += dot(w + 2, x + ActivationBlock.header) * scale
        w += Q40Block.bytes
        x += ActivationBlock.bytes
    }
    return (sum.x + sum.y) + (sum.z + sum.w)
}

/// Σ (n − 8)·q over a block, in four parts.
@inline(__always)
private func dot(_ w: UnsafeRawPointer, _ q: UnsafeRawPointer) -> SIMD4<Float> {
    // Two bytes stand in a lane, and two nibbles in each of them.
    let nibbles = w.loadUnaligned(as: SIMD8<Int16>.self)
    let low = q.loadUnaligned(as: SIMD8<Int16>.self)
    let high = q.loadUnaligned(fromByteOffset: 16, as: SIMD8<Int16>.self)
    var sums = ((nibbles & 15) &- 8) &* ((low &<< 8) &>> 8)
    sums &+= (((nibbles &>> 4) & 15) &- 8) &* ((high &<< 8) &>> 8)
    sums &+= (((nibbles &>> 8) & 15) &- 8) &* (low &>> 8)
    sums &+= (((nibbles &>> 12) & 15) &- 8) &* (high &>> 8)
    let pairs = unsafeBitCast(sums, to: SIMD4<Int32>.self)
    let fours = ((pairs &<< 16) &>> 16) &+ (pairs &>> 16)
    // Written out, because the generic conversion of the standard library stays a call.
    return SIMD4(Float(fours.x), Float(fours.y), Float(fours.z), Float(fours.w))
}
