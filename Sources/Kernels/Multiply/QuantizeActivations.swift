/// Quantises a row of activations to 8-bit integers with a scale for every 32.
///
///     scale = max |x| / 120        q = round(x / scale), to nearest, ties to even
///
/// - Shapes: `source` (count); `destination` (⌈count / 32⌉ blocks). Missing columns become zeros.
/// - Layout: ``ActivationBlock``, `int8`, a block every `blockStride` bytes.
/// - Preconditions: room for the blocks; no alignment is needed.
/// - Error: |x − scale·q| ≤ scale / 2. All instruction sets give the same bits. A block with a NaN or an infinity gets a
///   NaN scale, which every product shows; one whose largest magnitude is below 2⁻¹¹² becomes zeros.
/// - Threads: by rows.
@unsafe func quantizeActivationsInt8(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer, blockStride: Int
) {
    for block in 0..<(count + 31) / 32 {
        let values = unsafe FloatBlock(source + 32 * block, count: count - 32 * block)
        let (scale, q) = quantized(values, largest: ActivationBlock.largestInt8)
        let (low, high) = q.halfSums
        let sum = low &+ high
        let out = unsafe destination + block * blockStride
        unsafe out.storeBytes(of: SIMD2<Float>(scale, scale * Float(sum)), as: SIMD2<Float>.self)
        unsafe (out + 8).storeBytes(of: SIMD2<Int32>(-8 &* sum, -8 &* low), as: SIMD2<Int32>.self)
        unsafe q.storeInt8(to: out + ActivationBlock.header)
        let pairSum = 0 &- q.halvesProduct &- 128 &* low
        unsafe out.storeBytes(of: pairSum, toByteOffset: ActivationBlock.pairSum, as: Int32.self)
        let lanes = SIMD2(Int16(truncatingIfNeeded: -8 &* q.laneSums.0), Int16(truncatingIfNeeded: -8 &* q.laneSums.1))
        unsafe out.storeBytes(of: lanes, toByteOffset: ActivationBlock.laneSums, as: SIMD2<Int16>.self)
    }
}

/// Quantises a row of activations to 16-bit integers with a scale for every 32.
///
///     scale = max |x| / 32639      q = round(x / scale), to nearest, ties to even
///
/// - Shapes, preconditions, threads: as ``quantizeActivationsInt8(_:count:into:blockStride:)``.
/// - Layout: ``ActivationBlock``, `int16`.
/// - Error: |x − scale·q| ≤ scale / 2.
@unsafe func quantizeActivationsInt16(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer, blockStride: Int
) {
    for block in 0..<(count + 31) / 32 {
        let values = unsafe FloatBlock(source + 32 * block, count: count - 32 * block)
        let (scale, q) = quantized(values, largest: ActivationBlock.largestInt16)
        let (low, high) = q.halfSums
        let out = unsafe destination + block * blockStride
        let about = SIMD4<Float>(scale, scale * Float(low), scale * Float(high), scale * Float(low &+ high))
        unsafe out.storeBytes(of: about, as: SIMD4<Float>.self)
        unsafe q.storeInt16(to: out + ActivationBlock.header)
    }
}

/// Quantises a row of activations to 16-bit integers with a scale for every 32, as high and low bytes.
///
///     scale = max |x| / 32639      q = round(x / scale) = 256·h + l, to nearest, ties to even; −128 ≤ l ≤ 127
///
/// - Shapes, preconditions, threads: as ``quantizeActivationsInt8(_:count:into:blockStride:)``.
/// - Layout: ``ActivationBlock``, `split`.
/// - Error: |x − scale·q| ≤ scale / 2.
@unsafe func quantizeActivationsSplit(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer, blockStride: Int
) {
    for block in 0..<(count + 31) / 32 {
        let values = unsafe FloatBlock(source + 32 * block, count: count - 32 * block)
        let (scale, q) = quantized(values, largest: ActivationBlock.largestInt16)
        let (low, high) = q.halfSums
        let sum = low &+ high
        let out = unsafe destination + block * blockStride
        unsafe out.storeBytes(of: SIMD2<Float>(scale, scale * Float(sum)), as: SIMD2<Float>.self)
        unsafe (out + 8).storeBytes(of: SIMD2<Int32>(-8 &* sum, 0), as: SIMD2<Int32>.self)
        unsafe q.highBytes.storeInt8(to: out + ActivationBlock.header)
        unsafe q.storeInt8(to: out + ActivationBlock.lowBytes)
    }
}

/// The scale that maps the largest magnitude to `largest`, and the integers; zeros with a scale of NaN or 0 for
/// blocks that cannot or need not be quantised.
@inline(__always)
private func quantized(_ values: FloatBlock, largest: Float) -> (scale: Float, q: IntegerBlock) {
    let magnitude = values.largestMagnitude
    if !magnitude.isFinite { return (.nan, .zero) }
    if magnitude < ActivationBlock.smallestMagnitude { return (0, .zero) }
    return (magnitude / largest, IntegerBlock(values, times: largest / magnitude, within: -largest...largest))
}
