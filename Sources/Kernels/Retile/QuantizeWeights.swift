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
        let d = Half.bits(values.largestMagnitude / 127)
        unsafe block.d = d
        unsafe quantized(values, scale: Half.float(d), range: -127...127).q.storeInt8(to: block.q)
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
        let extreme = values.extreme
        var best: (d: UInt16, q: IntegerBlock, error: Float) = (0, .zero, .infinity)
        for step in -6...6 {
            let d = Half.bits(extreme / (-8 + 0.25 * Float(step)))
            let (q, error) = quantized(values, scale: Half.float(d), range: -8...7)
            if error < best.error { best = (d, q, error) }
        }
        unsafe block.d = best.d
        unsafe best.q.adding(8).storeInt8(to: block.q)
    }
}

@unsafe @inline(__always)
private func quantizeGroup(
    _ layout: TileLayout, _ rows: UnsafePointer<Float>, _ columns: Int, _ destination: UnsafeMutableRawPointer,
    _ quantize: (FloatBlock, inout UnpackedBlock) -> Void
) {
    let tileBytes = layout.groupBytes(columns: 32)
    unsafe withUnsafeTemporaryAllocation(byteCount: UnpackedBlock.memoryBytes, alignment: 16) { memory in
        var block = unsafe UnpackedBlock(memory: memory.baseAddress!)
        for index in 0..<(columns + 31) / 32 {
            for row in 0..<TileLayout.rows {
                let values = unsafe FloatBlock(rows + row * columns + 32 * index, count: columns - 32 * index)
                unsafe quantize(values, &block)
                unsafe block.pack(row: row, as: layout, into: destination + index * tileBytes)
            }
        }
    }
}

/// Values in units of a scale, to the nearest integer in the range, and the squared error of that; zeros where the
/// scale is no number other than zero.
@inline(__always)
private func quantized(
    _ values: FloatBlock, scale: Float, range: ClosedRange<Float>
) -> (q: IntegerBlock, error: Float) {
    guard scale != 0, scale.isFinite else { return (.zero, values.squareSum) }
    let q = IntegerBlock(values, times: 1 / scale, within: range)
    var rest = values
    rest.subtract(q, scale: scale)
    return (q, rest.squareSum)
}

extension FloatBlock {
    /// The value of largest magnitude, with its sign.
    fileprivate var extreme: Float {
        let magnitude = largestMagnitude
        let isNegative =
            a.min() == -magnitude || b.min() == -magnitude || c.min() == -magnitude || d.min() == -magnitude
        return isNegative ? -magnitude : magnitude
    }
}
