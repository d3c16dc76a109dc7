/// Quantises a row of activations to 15-bit integers with a scale for every 64.
///
///     scale = max(max |x| / 16383, √Σx² / 46000)      q = round(x / scale), to nearest, ties to even
///
/// - Shapes: `source` (count); `destination` (⌈count / 64⌉ blocks). Missing columns become zeros.
/// - Layout: ``ActivationBlock``, `int15`, a block every `blockStride` bytes.
/// - Preconditions: room for the blocks; no alignment is needed.
/// - Error: |x − scale·q| ≤ scale / 2. The norm is that of the integers for the first of both scales, so that all
///   instruction sets give the same bits. A block with a NaN or an infinity gets a NaN scale, which every product shows;
///   one whose largest magnitude is below 2⁻¹¹² becomes zeros.
/// - Threads: by rows.
@unsafe func quantizeActivationsInt15(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer, blockStride: Int
) {
    for block in 0..<(count + 63) / 64 {
        let start = unsafe source + 64 * block
        let left = count - 64 * block
        let low = unsafe FloatBlock(start, count: left)
        let high = unsafe FloatBlock(start + 32, count: max(left - 32, 0))
        let (scale, q) = wordQuantized(low, high)
        let out = unsafe destination + block * blockStride
        unsafe out.storeBytes(of: scale, as: Float.self)
        unsafe out.storeBytes(of: 0 &- q.crossProducts, toByteOffset: 4, as: Int32.self)
        unsafe out.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
        unsafe q.low.storeInt16(to: out + ActivationBlock.header)
        unsafe q.high.storeInt16(to: out + ActivationBlock.header + 64)
    }
}

@inline(__always)
private func wordQuantized(_ low: FloatBlock, _ high: FloatBlock) -> (scale: Float, q: WordIntegers) {
    let (first, second) = (low.largestMagnitude, high.largestMagnitude)
    guard first.isFinite, second.isFinite else { return (.nan, .zero) }
    let magnitude = max(first, second)
    if magnitude < ActivationBlock.smallestMagnitude { return (0, .zero) }
    let (scale, inverse) = (magnitude / WordBlock.largest, WordBlock.largest / magnitude)
    let q = WordIntegers(low, high, times: inverse)
    let squares = q.squares
    if squares <= WordBlock.largestSquares { return (scale, q) }
    let fitted = WordBlock.fitted(scale, inverse, squares: squares)
    return (fitted.scale, WordIntegers(low, high, times: fitted.inverse))
}
