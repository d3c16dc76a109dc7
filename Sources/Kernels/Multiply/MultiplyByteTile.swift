/// Multiplies signed 8-bit weights with one scale per 32 columns (Q8_0, Q5_0, IQ4_NL, int8) with 16-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · Σ q[r][c] · x[t][c]
///
/// - Shapes: weights (8·groups, columns), activations (tokens, columns), output (tokens, 8·groups).
/// - Layout: ``TileLayout/byte``; activations ``ActivationBlock`` `int16`.
///
///       group g:  ┌ 16 B d ┬─────────────── 256 B bytes ───────────────┐  block 0: columns 0...31 of rows 8g...8g+7
///                 ├ 16 B d ┼───────────────────────────────────────────┤  block 1
///       vector v: │ r0: c4v…c4v+3 │ r1 │ r4 │ r5 │ r2 │ r3 │ r6 │ r7   │  see TileLayout.byteRow
///
/// - Preconditions: columns a multiple of 32; the activations a panel of as many tokens as the call has.
/// - Error: the integer sums are exact (|Σ| ≤ 32·128·32767 < 2²⁷) and the same in every instruction set; the float
///   sum over blocks stays within 4·√(columns / 32)·ε of fp64, relative to Σ|terms|.
/// - Threads: by groups; every output is one sum over its blocks in order, whatever the tokens beside it.
///
/// Why 16 bits: a product of two signed bytes needs as many instructions (`vpsignb`, `vpmaddubsw`, `vpmaddwd`) as
/// two of 16 bits (`vpmaddwd` twice), so the precision is free.
@unsafe func multiplyByteTile(_ call: TileCall) {
    unsafe multiplyBytes(call, PlainScales.self)
}

/// As ``multiplyByteTile(_:)`` with a minimum for each scale (Q5_1): w = d·q + m.
@unsafe func multiplyByteMinTile(_ call: TileCall) {
    unsafe multiplyBytes(call, ScalesAndMinimums.self)
}

/// As ``multiplyByteTile(_:)`` with two-level scales and minimums (Q5_K, IQ4_XS): w = (d·a)·q + m·b.
/// - Preconditions: columns a multiple of 256.
@unsafe func multiplyByteKTile(_ call: TileCall) {
    unsafe multiplyBytes(call, KScales.self)
}

/// As ``multiplyByteTile(_:)`` with two-level scales, the lower one for 16 columns (Q6_K, Q3_K): w = (d·a)·q.
/// - Preconditions: columns a multiple of 256.
@unsafe func multiplyByteK16Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16Scales.self)
}

/// As ``multiplyByteK16Tile(_:)`` with minimums (Q2_K): w = (d·a)·q + m·b.
@unsafe func multiplyByteK16MinTile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16ScalesAndMinimums.self)
}

@unsafe @inline(__always)
private func multiplyBytes<Scales: TileScales>(_ call: TileCall, _: Scales.Type) {
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    for group in unsafe 0..<call.groups {
        let weights = unsafe call.weights + group * call.groupBytes
        for token in unsafe 0..<call.tokens {
            let activations = unsafe call.activations + token * ActivationBlock.int16
            let products = unsafe byteProducts(
                weights, activations, blockStride: call.tokens * ActivationBlock.int16, blocks: call.columns / 32,
                blocksPerHeader: blocksPerHeader, Scales.self)
            unsafe storeTile(
                products, to: call.output + token * call.outputStride + 8 * group, rows: call.rows - 8 * group,
                accumulates: call.accumulates)
        }
    }
}

/// The products of eight rows with one token.
@unsafe @inline(__always)
private func byteProducts<Scales: TileScales>(
    _ weights: UnsafeRawPointer, _ activations: UnsafeRawPointer, blockStride: Int, blocks: Int, blocksPerHeader: Int,
    _: Scales.Type
) -> SIMD8<Float> {
    let halves = 32 / Scales.scaleColumns
    var w = unsafe weights
    var x = unsafe activations
    var sum = SIMD8<Float>.zero
    var block = 0
    while block < blocks {
        let scales = unsafe Scales(header: w)
        unsafe w += Scales.headerBytes
        let end = min(block + blocksPerHeader, blocks)
        while block < end {
            block += 1
            let header = unsafe w
            unsafe w += Scales.blockHeaderBytes
            let scale = unsafe x.loadUnaligned(as: Float.self)
            for half in 0..<halves {
                let integers = unsafe byteDot(
                    w + 256 / halves * half, x + ActivationBlock.header + 64 / halves * half, vectors: 8 / halves)
                sum += unsafe SIMD8<Float>(converting: integers) * (scales.scale(header, half: half) * scale)
            }
            if Scales.hasMinimum {
                for half in 0..<halves {
                    let offset = halves == 1 ? 12 : 4 + 4 * half
                    sum +=
                        unsafe scales.minimum(header, half: half)
                        * x.loadUnaligned(fromByteOffset: offset, as: Float.self)
                }
            }
            unsafe w += 256
            unsafe x += blockStride
        }
    }
    return sum
}

/// Σ q·x over so many vectors of four columns, for each of eight rows in order.
@unsafe @inline(__always)
private func byteDot(_ w: UnsafeRawPointer, _ x: UnsafeRawPointer, vectors: Int) -> SIMD8<Int32> {
    var sums = SIMD8<Int32>.zero
    for v in 0..<vectors {
        let bytes = unsafe (w + 32 * v).loadUnaligned(as: SIMD8<Int32>.self)
        for i in 0..<4 {
            let column = unsafe Int32(x.loadUnaligned(fromByteOffset: 8 * v + 2 * i, as: Int16.self))
            sums &+= ((bytes &<< Int32(24 - 8 * i)) &>> 24) &* column
        }
    }
    // The slots hold rows 0 1 4 5 2 3 6 7.
    return SIMD8(
        lowHalf: SIMD4(sums.lowHalf.lowHalf.x, sums.lowHalf.lowHalf.y, sums[4], sums[5]),
        highHalf: SIMD4(sums[2], sums[3], sums[6], sums[7]))
}
