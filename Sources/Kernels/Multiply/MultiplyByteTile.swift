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
/// two of 16 bits (`vpmaddwd` twice), so the precision is free. Where one instruction does all of it (`vpdpbusd`), it
/// costs half of the speed, and activations of 8 bits (`multiplyByteInt8Tile`) are the faster choice.
@unsafe func multiplyByteTile(_ call: TileCall) {
    unsafe multiplyBytes(call, PlainScales.self, Int16Activations.self)
}

/// As ``multiplyByteTile(_:)`` with a minimum for each scale (Q5_1): w = d·q + m.
@unsafe func multiplyByteMinTile(_ call: TileCall) {
    unsafe multiplyBytes(call, ScalesAndMinimums.self, Int16Activations.self)
}

/// As ``multiplyByteTile(_:)`` with two-level scales and minimums (Q5_K, IQ4_XS): w = (d·a)·q + m·b.
/// - Preconditions: columns a multiple of 256.
@unsafe func multiplyByteKTile(_ call: TileCall) {
    unsafe multiplyBytes(call, KScales.self, Int16Activations.self)
}

/// As ``multiplyByteTile(_:)`` with two-level scales, the lower one for 16 columns (Q6_K, Q3_K): w = (d·a)·q.
/// - Preconditions: columns a multiple of 256.
@unsafe func multiplyByteK16Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16Scales.self, Int16Activations.self)
}

/// As ``multiplyByteK16Tile(_:)`` with minimums (Q2_K): w = (d·a)·q + m·b.
@unsafe func multiplyByteK16MinTile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16ScalesAndMinimums.self, Int16Activations.self)
}

/// The body of every product of bytes.
@unsafe @inline(__always)
func multiplyBytes<Scales: TileScales, Form: ByteActivations>(
    _ call: TileCall, _: Scales.Type, _: Form.Type
) {
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    for group in unsafe 0..<call.groups {
        let weights = unsafe call.weights + group * call.groupBytes
        for token in unsafe 0..<call.tokens {
            let products = unsafe byteProducts(
                weights, call.activations + token * Form.blockBytes, blockStride: call.tokens * Form.blockBytes,
                blocks: call.columns / 32, blocksPerHeader: blocksPerHeader, Scales.self, Form.self)
            unsafe storeTile(
                products, to: call.output + token * call.outputStride + 8 * group, rows: call.rows - 8 * group,
                accumulates: call.accumulates)
        }
    }
}

/// The products of eight rows with one token.
@unsafe @inline(__always)
private func byteProducts<Scales: TileScales, Form: ByteActivations>(
    _ weights: UnsafeRawPointer, _ activations: UnsafeRawPointer, blockStride: Int, blocks: Int, blocksPerHeader: Int,
    _: Scales.Type, _: Form.Type
) -> SIMD8<Float> {
    let halves = 32 / Scales.scaleColumns
    let vectors = 8 / halves
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
                    w, x + ActivationBlock.header, vectors: half * vectors..<(half + 1) * vectors, Form.self)
                sum += unsafe SIMD8<Float>(converting: integers) * (scales.scale(header, half: half) * scale)
            }
            if Scales.hasMinimum {
                for half in 0..<halves {
                    sum += unsafe scales.minimum(header, half: half) * Form.sum(x, half: halves == 1 ? nil : half)
                }
            }
            unsafe w += 256
            unsafe x += blockStride
        }
    }
    return sum
}

/// Σ q·x over some vectors of four columns, for each of eight rows in order.
@unsafe @inline(__always)
private func byteDot<Form: ByteActivations>(
    _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, vectors: Range<Int>, _: Form.Type
) -> SIMD8<Int32> {
    var sums = SIMD8<Int32>.zero
    for v in vectors {
        let bytes = unsafe (w + 32 * v).loadUnaligned(as: SIMD8<Int32>.self)
        for i in 0..<4 {
            sums &+= unsafe ((bytes &<< Int32(24 - 8 * i)) &>> 24) &* Form.column(x, 4 * v + i)
        }
    }
    // The slots hold rows 0 1 4 5 2 3 6 7.
    return SIMD8(
        lowHalf: SIMD4(sums.lowHalf.lowHalf.x, sums.lowHalf.lowHalf.y, sums[4], sums[5]),
        highHalf: SIMD4(sums[2], sums[3], sums[6], sums[7]))
}

/// How a block of activations holds its integers and their sums; see ``ActivationBlock``.
protocol ByteActivations {
    static var blockBytes: Int { get }
    /// One of the 32 integers.
    @unsafe static func column(_ integers: UnsafeRawPointer, _ index: Int) -> Int32
    /// Scale·Σ over the block, or over a half of it.
    @unsafe static func sum(_ block: UnsafeRawPointer, half: Int?) -> Float
}

private enum Int16Activations: ByteActivations {
    static var blockBytes: Int { ActivationBlock.int16 }

    @inline(__always) static func column(_ integers: UnsafeRawPointer, _ index: Int) -> Int32 {
        unsafe Int32(integers.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
    }
    @inline(__always) static func sum(_ block: UnsafeRawPointer, half: Int?) -> Float {
        unsafe block.loadUnaligned(fromByteOffset: half.map { 4 + 4 * $0 } ?? 12, as: Float.self)
    }
}
