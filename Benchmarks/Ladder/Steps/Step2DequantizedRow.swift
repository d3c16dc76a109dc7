/// Step 2: a row of weights becomes floats once, and then meets all tokens.
///
/// The floats of one row, 12 KB for 3072 columns, stay in the first-level cache while the tokens pass. What is left for
/// each is a dot product of floats: eight lanes, and four sums side by side so that an addition need not wait for the
/// one before. With the 128-bit vectors that every x86-64 has, 8 multiply-adds take two loads and two multiplications
/// and additions: 1.3 instructions each with all that is around them.
///
/// What it cannot cure: with a single token the unpacking serves for one use, and makes it 4.3 instructions; and a
/// multiply-add reads eight bytes from the first-level cache, of which a processor loads 32 to 64 in a cycle.
public func multiplyDequantizedRows(
    _ w: UnsafeRawPointer, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ sizes: Sizes,
    row floats: UnsafeMutablePointer<Float>
) {
    for row in 0..<sizes.rows {
        for block in 0..<sizes.blocks {
            dequantize(w + (row * sizes.blocks + block) * Q40Block.bytes, into: floats + 32 * block)
        }
        for token in 0..<sizes.tokens {
            y[token * sizes.rows + row] = dot(floats, x + token * sizes.columns, count: sizes.columns)
        }
    }
}

/// One block to floats; a loop that the compiler turns into vectors.
@inline(__always)
private func dequantize(_ p: UnsafeRawPointer, into floats: UnsafeMutablePointer<Float>) {
    let scale = Q40Block.scale(p)
    let bytes = (p + 2).assumingMemoryBound(to: UInt8.self)
    for i in 0..<16 {
        floats[i] = scale * Float(Int32(bytes[i] & 15) &- 8)
        floats[16 + i] = scale * Float(Int32(bytes[i] >> 4) &- 8)
    }
}

@inline(__always)
private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    let a = UnsafeRawPointer(a)
    let b = UnsafeRawPointer(b)
    func product(_ offset: Int) -> SIMD8<Float> {
        a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            * b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
    }
    var sums = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    for offset in stride(from: 0, to: 4 * count, by: 128) {
        sums.0 += product(offset)
        sums.1 += product(offset + 32)
        sums.2 += product(offset + 64)
        sums.3 += product(offset + 96)
    }
    return ((sums.0 + sums.1) + (sums.2 + sums.3)).sum()
}
