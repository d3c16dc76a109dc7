/// Multiplies 4-bit weights with one scale per 32 columns, centred on 8 (Q4_0, int4), with 8-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · (Σ q[r][c] · x[t][c] − 8·Σ x[t][c])
///
/// - Shapes: weights (8·groups, columns), activations (tokens, columns), output (tokens, 8·groups).
/// - Layout: ``TileLayout/nibble``; activations ``ActivationBlock`` `int8`.
///
///       group g:  ┌ 16 B d ┬──────────── 128 B nibbles ────────────┐  block 0: columns 0...31 of rows 8g...8g+7
///                 ├ 16 B d ┼───────────────────────────────────────┤  block 1
///       vector v: │ r0: c4v c4v+1 c4v+2 c4v+3 │ r1 … │ … │ r7 …    │  low nibbles; the high ones are 16 columns on
///
/// - Preconditions: columns a multiple of 32; the activations a panel of as many tokens as the call has.
/// - Error: the integer sums are exact and the same in every instruction set; the float sum over blocks stays
///   within 4·√(columns / 32)·ε of fp64 over the quantised activations, relative to Σ|terms|.
/// - Threads: by groups; every output is one sum over its blocks in order, whatever the tokens beside it.
@unsafe func multiplyNibbleTile(_ call: TileCall) {
    unsafe multiplyNibbles(call, PlainScales.self, Int8Activations.self)
}

/// As ``multiplyNibbleTile(_:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func multiplyNibbleMinTile(_ call: TileCall) {
    unsafe multiplyNibbles(call, ScalesAndMinimums.self, Int8Activations.self)
}

/// As ``multiplyNibbleTile(_:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
/// - Preconditions: columns a multiple of 256.
@unsafe func multiplyNibbleKTile(_ call: TileCall) {
    unsafe multiplyNibbles(call, KScales.self, Int8Activations.self)
}

/// The body of every product of nibbles.
@unsafe @inline(__always)
func multiplyNibbles<Scales: TileScales, Form: NibbleActivations>(
    _ call: TileCall, _: Scales.Type, _: Form.Type
) {
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    for group in unsafe 0..<call.groups {
        let weights = unsafe call.weights + group * call.groupBytes
        for token in unsafe 0..<call.tokens {
            let products = unsafe nibbleProducts(
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
private func nibbleProducts<Scales: TileScales, Form: NibbleActivations>(
    _ weights: UnsafeRawPointer, _ activations: UnsafeRawPointer, blockStride: Int, blocks: Int, blocksPerHeader: Int,
    _: Scales.Type, _: Form.Type
) -> SIMD8<Float> {
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
            var integers = unsafe Form.nibbleDot(w, x)
            let scale = unsafe x.loadUnaligned(as: Float.self)
            if !Scales.hasMinimum { integers &+= unsafe x.loadUnaligned(fromByteOffset: 8, as: Int32.self) }
            sum += unsafe SIMD8<Float>(converting: integers) * (scales.scale(header, half: 0) * scale)
            if Scales.hasMinimum {
                sum += unsafe scales.minimum(header, half: 0) * x.loadUnaligned(fromByteOffset: 4, as: Float.self)
            }
            unsafe w += 128
            unsafe x += blockStride
        }
    }
    return sum
}

/// Σ q·x over a block, for each of eight rows.
///
/// Products of a nibble and an activation are summed in 16 bits: a lane takes 16 of at most 15·128, 30,720.
@unsafe @inline(__always)
func nibbleDot(_ w: UnsafeRawPointer, _ x: UnsafeRawPointer) -> SIMD8<Int32> {
    var sums = SIMD16<Int16>.zero
    for v in 0..<4 {
        let nibbles = unsafe (w + 32 * v).loadUnaligned(as: SIMD16<UInt16>.self)
        let (low0, low1) = unsafe evenAndOddBytes(x + 4 * v)
        let (high0, high1) = unsafe evenAndOddBytes(x + 16 + 4 * v)
        sums &+= signed(nibbles & 0x000f) &* low0
        sums &+= signed((nibbles &>> 8) & 0x000f) &* low1
        sums &+= signed((nibbles &>> 4) & 0x000f) &* high0
        sums &+= signed(nibbles &>> 12) &* high1
    }
    return SIMD8<Int32>(pairSums: sums)
}

/// Four signed bytes, the first and third and then the second and fourth, repeated for every row.
@unsafe @inline(__always)
private func evenAndOddBytes(_ x: UnsafeRawPointer) -> (SIMD16<Int16>, SIMD16<Int16>) {
    let word = SIMD8<UInt32>(repeating: unsafe x.loadUnaligned(as: UInt32.self))
    let pairs = unsafe unsafeBitCast(word, to: SIMD16<Int16>.self)
    return ((pairs &<< 8) &>> 8, pairs &>> 8)
}

/// The same bits.
@inline(__always)
private func signed(_ v: SIMD16<UInt16>) -> SIMD16<Int16> { unsafe unsafeBitCast(v, to: SIMD16<Int16>.self) }

/// How a block of activations holds its integers; see ``ActivationBlock``. The header is the same for all.
protocol NibbleActivations {
    static var blockBytes: Int { get }
    /// Σ q·x over a block of weights and one of activations, for each of eight rows.
    @unsafe static func nibbleDot(_ w: UnsafeRawPointer, _ block: UnsafeRawPointer) -> SIMD8<Int32>
}

extension Int8Activations: NibbleActivations {
    @inline(__always) static func nibbleDot(_ w: UnsafeRawPointer, _ block: UnsafeRawPointer) -> SIMD8<Int32> {
        unsafe Kernels.nibbleDot(w, block + ActivationBlock.header)
    }
}
