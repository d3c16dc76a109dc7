/// Step 1: the definition, written down. Everything after it must agree with it.
///
///     y[t][r] = Σ over columns   weight(r, c) · x[t][c]
///
/// Each weight is made a float where it is needed, and for 64 tokens it is needed 64 times: find the block, load the
/// scale, convert it, load the byte, pick the nibble, take 8 off, convert, multiply, and only then multiply and add. That
/// is 40 instructions for one multiply-add, and a chain of additions each of which waits for the one before it: at three
/// or four cycles an addition no processor of 3 GHz could do more than 1 G a second, whatever else we improved.
public func multiplyNaive(
    _ w: UnsafeRawPointer, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ sizes: Sizes
) {
    for row in 0..<sizes.rows {
        for token in 0..<sizes.tokens {
            var sum: Float = 0
            for column in 0..<sizes.columns {
                let block = w + (row * sizes.blocks + column / 32) * Q40Block.bytes
                sum += Q40Block.weight(block, column % 32) * x[token * sizes.columns + column]
            }
            y[token * sizes.rows + row] = sum
        }
    }
}
