/// Quantises eight rows of floats to 8-bit integers with a scale for every 32 columns (`--dtype int8`).
///
///     d = max |w| / 127, rounded to f16        q = round(w / d)
///
/// - Shapes: `rows` (8, columns) with no gap between rows; `destination` a group of ``TileLayout/byte`` over the
///   columns rounded up to 32, what is missing being zeros.
/// - Error: |w − d·q| ≤ d / 2.
/// - Threads: by groups.
@unsafe public func quantizeGroupInt8(
    rows: UnsafePointer<Float>, columns: Int, into destination: UnsafeMutableRawPointer
) {
    unsafe quantizeGroup(.byte, rows, columns, destination) { values, block in
        let d = Half.bits(values.magnitudes.max() / 127)
        unsafe block.d = d
        let (integers, _) = quantized(values, scale: Half.float(d), range: -127...127)
        unsafe UnsafeMutableRawPointer(block.q).storeBytes(
            of: SIMD32<Int8>(truncatingIfNeeded: integers), as: SIMD32<Int8>.self)
    }
}

/// Quantises eight rows of floats to 4-bit integers with a scale for every 32 columns (`--dtype int4`).
///
///     q = clamp(round(w / d), −8...7), stored as q + 8, with the d of the least Σ (w − d·q)² among 13
///
/// - Shapes, threads: as ``quantizeGroupInt8(rows:columns:into:)``; the layout is ``TileLayout/nibble``.
/// - Error: no greater in the square than that of d = w(max |w|) / −8, which is what ggml's Q4_0 takes.
@unsafe public func quantizeGroupInt4(
    rows: UnsafePointer<Float>, columns: Int, into destination: UnsafeMutableRawPointer
) {
    unsafe quantizeGroup(.nibble, rows, columns, destination) { values, block in
        // The value of largest magnitude may take the −8, which has no counterpart above.
        let magnitude = values.magnitudes.max()
        let extreme = values.min() == -magnitude ? -magnitude : magnitude
        var best: (d: UInt16, integers: SIMD32<Int32>, error: Float) = (0, .zero, .infinity)
        for step in -6...6 {
            let d = Half.bits(extreme / (-8 + 0.25 * Float(step)))
            let (integers, error) = quantized(values, scale: Half.float(d), range: -8...7)
            if error < best.error { best = (d, integers, error) }
        }
        unsafe block.d = best.d
        unsafe UnsafeMutableRawPointer(block.q).storeBytes(
            of: SIMD32<Int8>(truncatingIfNeeded: best.integers &+ 8), as: SIMD32<Int8>.self)
    }
}

@unsafe @inline(__always)
private func quantizeGroup(
    _ layout: TileLayout, _ rows: UnsafePointer<Float>, _ columns: Int, _ destination: UnsafeMutableRawPointer,
    _ quantize: (SIMD32<Float>, inout UnpackedBlock) -> Void
) {
    let tileBytes = layout.groupBytes(columns: 32)
    unsafe withUnsafeTemporaryAllocation(byteCount: UnpackedBlock.memoryBytes, alignment: 16) { memory in
        var block = unsafe UnpackedBlock(memory: memory.baseAddress!)
        for index in 0..<(columns + 31) / 32 {
            for row in 0..<TileLayout.rows {
                var values = SIMD32<Float>.zero
                let source = unsafe rows + row * columns + 32 * index
                for i in 0..<min(32, columns - 32 * index) { unsafe values[i] = source[i] }
                unsafe quantize(values, &block)
                unsafe block.pack(row: row, as: layout, into: destination + index * tileBytes)
            }
        }
    }
}

/// Values in units of a scale, to the nearest integer in the range, and the squared error of that.
/// NaN becomes the lower bound; a scale that is no positive or negative number gives zeros.
@inline(__always)
private func quantized(
    _ values: SIMD32<Float>, scale: Float, range: ClosedRange<Float>
) -> (SIMD32<Int32>, error: Float) {
    guard scale != 0, scale.isFinite else { return (.zero, (values * values).sum()) }
    var q = (values / scale).clamped(
        lowerBound: SIMD32(repeating: range.lowerBound), upperBound: SIMD32(repeating: range.upperBound))
    q = (q + 0x1.8p23) - 0x1.8p23
    let difference = values - scale * q
    let shifted = unsafe unsafeBitCast(q + 0x1.8p23, to: SIMD32<Int32>.self) &- 0x4b40_0000
    return (shifted, (difference * difference).sum())
}

extension SIMD32<Float> {
    /// |x|, lane by lane.
    fileprivate var magnitudes: SIMD32<Float> {
        unsafe unsafeBitCast(unsafeBitCast(self, to: SIMD32<UInt32>.self) & 0x7fff_ffff, to: SIMD32<Float>.self)
    }
}
