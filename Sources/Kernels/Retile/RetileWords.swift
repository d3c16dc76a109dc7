/// Makes 15-bit integers of eight rows of weights, with a power of two for the scale of every 64 columns.
///
///     d = 2^e, the least for which |q| ≤ 16383 and √Σq² ≤ 46000        q = round(w / d), to nearest, ties to even
///
/// - Shapes: `rows` (8, columns) with no gap between rows; `destination` a group of ``TileLayout/word`` over as many columns
///   as fill whole blocks; missing columns become zeros.
/// - Error: where the norm leaves d alone, none for a weight in bf16 that is at least a 64th of its block's largest, or in
///   f16 an eighth; for the others d / 2, at most 2⁻¹⁴ of the largest. A block with a NaN or an infinity gets a NaN scale,
///   which every product shows.
/// - Threads: by groups.
@unsafe public func retileWordGroup(
    rows: UnsafePointer<Float>, columns: Int, into destination: UnsafeMutableRawPointer
) {
    for row in 0..<TileLayout.rows {
        for block in 0..<(columns + 63) / 64 {
            let start = unsafe rows + row * columns + 64 * block
            let left = columns - 64 * block
            let low = unsafe FloatBlock(start, count: left)
            let high = unsafe FloatBlock(start + 32, count: max(left - 32, 0))
            let (scale, q) = wordQuantized(low, high)
            let out = unsafe destination + block * WordBlock.groupBytes
            unsafe out.storeBytes(of: scale, toByteOffset: 2 * row, as: UInt16.self)
            unsafe pack(q.low, into: out + 16 + 4 * row)
            unsafe pack(q.high, into: out + 16 + 512 + 4 * row)
        }
    }
}

/// The scale as bf16, and the integers.
@inline(__always)
private func wordQuantized(_ low: FloatBlock, _ high: FloatBlock) -> (scale: UInt16, q: WordIntegers) {
    let (first, second) = (low.largestMagnitude, high.largestMagnitude)
    guard first.isFinite, second.isFinite else { return (0x7fc0, .zero) }
    let magnitude = max(first, second)
    if magnitude == 0 { return (0, .zero) }
    // The largest integer is from 8192 on; a scale stays a normal number.
    var exponent = max(Int(magnitude.exponent) - 13, -126)
    while true {
        let q = WordIntegers(low, high, times: Float(sign: .plus, exponent: -exponent, significand: 1))
        if q.squares <= WordBlock.largestSquares {
            return (BFloat16.bits(Float(sign: .plus, exponent: exponent, significand: 1)), q)
        }
        exponent += 1
    }
}

/// Pairs of columns, a 32-bit lane of a vector each.
@unsafe @inline(__always)
private func pack(_ q: IntegerBlock, into out: UnsafeMutableRawPointer) {
    unsafe pack(q.a, into: out)
    unsafe pack(q.b, into: out + 128)
    unsafe pack(q.c, into: out + 256)
    unsafe pack(q.d, into: out + 384)
}

@unsafe @inline(__always)
private func pack(_ q: SIMD8<Int32>, into out: UnsafeMutableRawPointer) {
    let pairs = (q.evenHalf & 0xffff) | (q.oddHalf &<< 16)
    for v in 0..<4 { unsafe (out + 32 * v).storeBytes(of: pairs[v], as: Int32.self) }
}
