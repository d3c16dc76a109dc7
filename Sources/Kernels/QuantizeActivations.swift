/// Quantises a row of activations to 8-bit integers with a scale for every 32.
///
///     scale = max |x| / 127        q = round(x / scale), to nearest, ties to even
///
/// - Shapes: `source` (count); `destination` and `residual` (⌈count / 32⌉ blocks). Missing columns become zeros.
/// - Layout: ``ActivationBlock``, `int8`.
/// - Preconditions: room for the blocks; no alignment is needed.
/// - Error: |x − scale·q| ≤ scale / 2. The residual holds x − scale·q, quantised the same way: both together
///   come within scale / 508. All instruction sets give the same bits. A block with a NaN or an infinity gets a
///   NaN scale, which every product shows; one whose largest magnitude is below 2⁻¹¹⁶ becomes zeros.
/// - Threads: by rows.
@unsafe func quantizeActivationsInt8(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer,
    residual: UnsafeMutableRawPointer?
) {
    for block in 0..<(count + 31) / 32 {
        let values = unsafe loadBlock(source + 32 * block, count: count - 32 * block)
        let rest = unsafe quantizeBlockInt8(values, into: destination + block * ActivationBlock.int8)
        if let residual = unsafe residual {
            _ = unsafe quantizeBlockInt8(rest, into: residual + block * ActivationBlock.int8)
        }
    }
}

/// Quantises a row of activations to 16-bit integers with a scale for every 32.
///
///     scale = max |x| / 32767      q = round(x / scale), to nearest, ties to even
///
/// - Shapes, preconditions, threads: as ``quantizeActivationsInt8(_:count:into:residual:)``.
/// - Layout: ``ActivationBlock``, `int16`.
/// - Error: |x − scale·q| ≤ scale / 2.
@unsafe func quantizeActivationsInt16(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer
) {
    for block in 0..<(count + 31) / 32 {
        let values = unsafe loadBlock(source + 32 * block, count: count - 32 * block)
        let (scale, inverse) = blockScale(of: values, largest: 32767)
        let q = inverse == 0 ? SIMD32<Int32>.zero : rounded(values * inverse)
        let out = unsafe destination + block * ActivationBlock.int16
        let low = q.lowHalf.wrappedSum()
        let high = q.highHalf.wrappedSum()
        let sums = SIMD4<Float>(scale, scale * Float(low), scale * Float(high), scale * Float(low &+ high))
        unsafe out.storeBytes(of: sums, as: SIMD4<Float>.self)
        unsafe (out + ActivationBlock.header).storeBytes(
            of: SIMD32<Int16>(truncatingIfNeeded: q), as: SIMD32<Int16>.self)
    }
}

/// Up to 32 floats, zeros beyond `count`.
@unsafe @inline(__always)
private func loadBlock(_ source: UnsafePointer<Float>, count: Int) -> SIMD32<Float> {
    if count >= 32 { return unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD32<Float>.self) }
    var values = SIMD32<Float>.zero
    for i in 0..<count { unsafe values[i] = source[i] }
    return values
}

/// The scale that maps the largest magnitude to `largest`, and its reciprocal; (NaN, 0) and (0, 0) for blocks that
/// cannot or need not be quantised.
@inline(__always)
private func blockScale(of values: SIMD32<Float>, largest: Float) -> (scale: Float, inverse: Float) {
    // As integers, magnitudes order like floats, and NaN stands above infinity.
    let bits = unsafe unsafeBitCast(values, to: SIMD32<UInt32>.self) & 0x7fff_ffff
    let magnitude = Float(bitPattern: bits.max())
    if !magnitude.isFinite { return (.nan, 0) }
    if magnitude < ActivationBlock.smallestMagnitude { return (0, 0) }
    return (magnitude / largest, largest / magnitude)
}

/// Rounds to nearest, ties to even, without a trap for NaN: adding 1.5·2²³ leaves the integer in the last bits.
@inline(__always)
private func rounded(_ values: SIMD32<Float>) -> SIMD32<Int32> {
    let shifted = values + 0x1.8p23
    return unsafe unsafeBitCast(shifted, to: SIMD32<Int32>.self) &- 0x4b40_0000
}

/// Writes a block and returns what the quantised values leave over.
@unsafe @inline(__always)
private func quantizeBlockInt8(_ values: SIMD32<Float>, into out: UnsafeMutableRawPointer) -> SIMD32<Float> {
    let (scale, inverse) = blockScale(of: values, largest: 127)
    // Without a scale nothing is left: NaN · 0 would otherwise go through the rounding as an arbitrary integer.
    let q = inverse == 0 ? SIMD32<Int32>.zero : rounded(values * inverse)
    let sum = q.wrappedSum()
    unsafe out.storeBytes(of: SIMD2<Float>(scale, scale * Float(sum)), as: SIMD2<Float>.self)
    unsafe (out + 8).storeBytes(of: SIMD2<Int32>(8 &* sum, 0), as: SIMD2<Int32>.self)
    unsafe (out + ActivationBlock.header).storeBytes(of: SIMD32<Int8>(truncatingIfNeeded: q), as: SIMD32<Int8>.self)
    return values - scale * SIMD32<Float>(q)
}
