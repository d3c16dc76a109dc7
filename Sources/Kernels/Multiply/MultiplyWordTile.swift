/// Multiplies 15-bit weights with one scale, a power of two, per 64 columns (F16, BF16) with 15-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · Σ q[r][c] · x[t][c]
///
/// - Shapes: weights (8·groups, columns), activations (tokens, columns), output (tokens, 8·groups).
/// - Layout: ``TileLayout/word``; activations ``ActivationBlock`` `int15`.
///
///       group g:  ┌ 16 B d ┬────────────── 1024 B words ──────────────┐  block 0: columns 0...63 of rows 8g...8g+7
///                 ├ 16 B d ┼──────────────────────────────────────────┤  block 1
///       vector v: │ r0: c2v, c2v+1 │ r1 │ r2 │ r3 │ r4 │ r5 │ r6 │ r7 │
///
/// - Preconditions: columns a multiple of 64; the activations a panel of as many tokens as the call has.
/// - Error: the integer sums are exact (see ``WordBlock``) and the same in every instruction set; the float sum over
///   blocks stays within 4·√(columns / 64)·ε of fp64, relative to Σ|terms|.
/// - Threads: by groups; every output is one sum over its blocks in order, whatever the tokens beside it.
///
/// Why not floats: a vector holds twice as many integers of 16 bits, and an instruction adds their products in pairs. What
/// that costs is less than what the rounding to 16 bits has cost these weights before; see the module's README.
@unsafe func multiplyWordTile(_ call: TileCall) {
    let blockStride = unsafe call.tokens * ActivationBlock.int15
    for group in unsafe 0..<call.groups {
        let weights = unsafe call.weights + group * call.groupBytes
        for token in unsafe 0..<call.tokens {
            var w = unsafe weights
            var x = unsafe call.activations + token * ActivationBlock.int15
            var sum = SIMD8<Float>.zero
            for _ in unsafe 0..<call.columns / WordBlock.columns {
                let d = BFloat16.floats(unsafe w.loadUnaligned(as: SIMD8<UInt16>.self))
                let scale = unsafe x.loadUnaligned(as: Float.self)
                let integers = unsafe wordDot(w + 16, x + ActivationBlock.header)
                sum += SIMD8<Float>(converting: integers) * (d * scale)
                unsafe w += WordBlock.groupBytes
                unsafe x += blockStride
            }
            unsafe storeTile(
                sum, to: call.output + token * call.outputStride + 8 * group, rows: call.rows - 8 * group,
                accumulates: call.accumulates)
        }
    }
}

/// Σ q·x over a block, for each of eight rows.
@unsafe @inline(__always)
private func wordDot(_ w: UnsafeRawPointer, _ x: UnsafeRawPointer) -> SIMD8<Int32> {
    var sums = SIMD8<Int32>.zero
    for v in 0..<32 {
        let words = unsafe (w + 32 * v).loadUnaligned(as: SIMD8<Int32>.self)
        let (first, second) = unsafe (
            Int32(x.loadUnaligned(fromByteOffset: 4 * v, as: Int16.self)),
            Int32(x.loadUnaligned(fromByteOffset: 4 * v + 2, as: Int16.self))
        )
        sums &+= ((words &<< 16) &>> 16) &* first
        sums &+= (words &>> 16) &* second
    }
    return sums
}
