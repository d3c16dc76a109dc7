/// Quantises eight rows of floats to 8-bit integers, a scale for every so many blocks of 32 columns (`--dtype int8`).
///
///     d = max |w| / 127, rounded to f16        q = round(w / d)
///
/// - Shapes: `rows` (8, columns) with no gap between rows; `destination` a group of ``TileLayout/byte`` over the
///   columns rounded up to 32, what is missing being zeros.
/// - Error: |w − d·q| ≤ d / 2.
/// - Threads: by groups.
@unsafe public func quantizeGroupInt8(
    rows: UnsafePointer<Float>, columns: Int, blocksPerScale: Int = 1, into destination: UnsafeMutableRawPointer
) {
    unsafe quantizeGroup(.byte, rows, columns, blocksPerScale, destination) { unsafe $0.int8Scales }
}

/// Quantises eight rows of floats to 4-bit integers, a scale for every so many blocks of 32 columns (`--dtype int4`).
///
///     q = clamp(round(w / d), −8...7), stored as q + 8, with a d chosen for the least Σ (w − d·q)²
///
/// - Shapes, threads: as ``quantizeGroupInt8(rows:columns:blocksPerScale:into:)``; the layout is ``TileLayout/nibble``.
/// - Error: no greater in the square than that of d = w(max |w|) / −8, which is what ggml's Q4_0 takes.
@unsafe public func quantizeGroupInt4(
    rows: UnsafePointer<Float>, columns: Int, blocksPerScale: Int = 1, into destination: UnsafeMutableRawPointer
) {
    unsafe quantizeGroup(.nibble, rows, columns, blocksPerScale, destination) { unsafe $0.int4Scales }
}

/// As ``quantizeGroupInt4(rows:columns:blocksPerScale:into:)``, with a minimum beside each scale (`--dtype int4 --asym`).
///
///     q = clamp(round((w − m) / d), 0...15), with d and m chosen for the least Σ (w − d·q − m)²
///
/// - Layout: ``TileLayout/nibbleMin``.
/// - Error: no greater in the square than that of m = min w, d = (max w − m) / 15, which is what ggml's Q4_1 takes.
@unsafe public func quantizeGroupInt4Min(
    rows: UnsafePointer<Float>, columns: Int, blocksPerScale: Int = 1, into destination: UnsafeMutableRawPointer
) {
    unsafe quantizeGroup(.nibbleMin, rows, columns, blocksPerScale, destination) { unsafe $0.int4MinScales }
}

@unsafe @inline(__always)
private func quantizeGroup(
    _ layout: TileLayout, _ rows: UnsafePointer<Float>, _ columns: Int, _ blocksPerScale: Int,
    _ destination: UnsafeMutableRawPointer, _ scales: (WeightRun) -> RunScales
) {
    let blocks = (columns + 31) / 32
    let longest = max(1, min(blocksPerScale, blocks))
    let blockBytes = layout.groupBytes(columns: 32) - layout.scaleBytes
    unsafe withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: 32 * longest) { memory in
        let transposed = memory.baseAddress!
        for first in stride(from: 0, to: blocks, by: longest) {
            let count = min(longest, blocks - first)
            let present = min(32 * count, columns - 32 * first)
            for column in 0..<32 * count {
                let source = unsafe rows + 32 * first + column
                let w = column < present ? unsafe eightRows(source, stride: columns) : .zero
                unsafe (transposed + column).initialize(to: w)
            }
            let scales = unsafe scales(WeightRun(columns: transposed, count: present))
            var out = unsafe destination + first * blockBytes + first / longest * layout.scaleBytes
            unsafe scales.store(to: out, layout)
            unsafe out += layout.scaleBytes
            for block in 0..<count {
                unsafe storeBlock(layout, scales, transposed + 32 * block, to: out)
                unsafe out += blockBytes
            }
        }
    }
}

/// A column of eight rows.
@unsafe @inline(__always)
private func eightRows(_ p: UnsafePointer<Float>, stride: Int) -> SIMD8<Float> {
    unsafe SIMD8(
        p[0], p[stride], p[2 * stride], p[3 * stride], p[4 * stride], p[5 * stride], p[6 * stride], p[7 * stride])
}

/// Writes the integers of 32 columns in a layout's order: four columns of a row share a 32-bit lane.
@unsafe @inline(__always)
private func storeBlock(
    _ layout: TileLayout, _ scales: RunScales, _ columns: UnsafePointer<SIMD8<Float>>,
    to destination: UnsafeMutableRawPointer
) {
    for v in 0..<8 {
        var words = SIMD8<UInt32>.zero
        for i in 0..<4 { words |= unsafe (scales.integers(columns[4 * v + i]) & 0xff) &<< UInt32(8 * i) }
        switch layout {
        case .nibble, .nibbleMin:
            // The second sixteen columns take the upper nibbles of the first.
            let out = unsafe destination + 32 * (v % 4)
            if v >= 4 { words = unsafe out.load(as: SIMD8<UInt32>.self) | words &<< 4 }
            unsafe out.storeBytes(of: words, as: SIMD8<UInt32>.self)
        default:
            // See ``TileLayout/byteRow(_:)``.
            let slots = SIMD8<UInt32>(
                lowHalf: SIMD4(words[0], words[1], words[4], words[5]),
                highHalf: SIMD4(words[2], words[3], words[6], words[7]))
            unsafe (destination + 32 * v).storeBytes(of: slots, as: SIMD8<UInt32>.self)
        }
    }
}
