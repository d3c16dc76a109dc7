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
    unsafe quantizeGroup(.byte, rows, columns, blocksPerScale, destination) { run in
        let (smallest, largest) = unsafe run.extremes
        return ((largest.lanewiseMax(-smallest) / 127).half, .zero)
    } integers: { w, inverse, _ in
        (w * inverse).nearest(within: -127...127)
    }
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
    let search = SymmetricSearch(half: 8, reach: 1.6, steps: 4)
    unsafe quantizeGroup(.nibble, rows, columns, blocksPerScale, destination) { run in
        (unsafe search.halfScales(run), .zero)
    } integers: { w, inverse, _ in
        search.integers(w, inverse: inverse) + 8
    }
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
    let search = AffineSearch(levels: 15, isMinimumNegative: false, reach: -0.9...2.4, steps: 7)
    unsafe quantizeGroup(.nibbleMin, rows, columns, blocksPerScale, destination) { run in
        unsafe search.halfScales(run)
    } integers: { w, inverse, minimum in
        search.integers(w, inverse: inverse, minimum: minimum)
    }
}

/// - Parameters:
///   - scales: scales, and minimums, of eight rows, as f16 holds them.
///   - integers: what is stored of eight weights; the second argument is the reciprocal of the scales.
@unsafe @inline(__always)
private func quantizeGroup(
    _ layout: TileLayout, _ rows: UnsafePointer<Float>, _ columns: Int, _ blocksPerScale: Int,
    _ destination: UnsafeMutableRawPointer, scales: (BlockLanes) -> Scales,
    integers: (_ w: SIMD8<Float>, _ inverse: SIMD8<Float>, _ minimum: SIMD8<Float>) -> SIMD8<Float>
) {
    let blocks = (columns + 31) / 32
    let longest = max(1, min(blocksPerScale, blocks))
    let blockBytes = layout.groupBytes(columns: 32) - layout.scaleBytes
    let memoryBytes = unsafe BlockLanes.memoryBytes(columns: 32 * longest)
    unsafe withUnsafeTemporaryAllocation(byteCount: memoryBytes, alignment: 32) { memory in
        for first in stride(from: 0, to: blocks, by: longest) {
            let count = min(longest, blocks - first)
            let present = min(32 * count, columns - 32 * first)
            let run = unsafe BlockLanes(columns: present, isWeighted: false, memory: memory.baseAddress!)
            unsafe run.load(rows + 32 * first, stride: columns)
            let (d, m) = unsafe scales(run)
            var out = unsafe destination + first * blockBytes + first / longest * layout.scaleBytes
            unsafe out.storeBytes(of: d.halfBits, as: SIMD8<UInt16>.self)
            if layout.scaleBytes == 32 {
                unsafe out.storeBytes(of: m.halfBits, toByteOffset: 16, as: SIMD8<UInt16>.self)
            }
            unsafe out += layout.scaleBytes
            let inverse = d.inverse
            for block in 0..<count {
                unsafe storeBlock(layout, to: out) { column in
                    let index = 32 * block + column
                    return unsafe integers(index < present ? run.x[index] : .zero, inverse, m)
                }
                unsafe out += blockBytes
            }
        }
    }
}

private typealias Scales = (d: SIMD8<Float>, m: SIMD8<Float>)

/// Writes the integers of 32 columns in a layout's order: four columns of a row share a 32-bit lane.
@unsafe @inline(__always)
private func storeBlock(
    _ layout: TileLayout, to destination: UnsafeMutableRawPointer, _ integers: (_ column: Int) -> SIMD8<Float>
) {
    for v in 0..<8 {
        var words = SIMD8<Int32>.zero
        for i in 0..<4 { words |= (integers(4 * v + i).integers & 0xff) &<< Int32(8 * i) }
        switch layout {
        case .nibble, .nibbleMin:
            // The second sixteen columns take the upper nibbles of the first.
            let out = unsafe destination + 32 * (v % 4)
            if v >= 4 { words = unsafe out.loadUnaligned(as: SIMD8<Int32>.self) | words &<< 4 }
            unsafe out.storeBytes(of: words, as: SIMD8<Int32>.self)
        default:
            // See ``TileLayout/byteRow(_:)``.
            let slots = SIMD8<Int32>(
                lowHalf: SIMD4(words[0], words[1], words[4], words[5]),
                highHalf: SIMD4(words[2], words[3], words[6], words[7]))
            unsafe (destination + 32 * v).storeBytes(of: slots, as: SIMD8<Int32>.self)
        }
    }
}

extension SIMD8<Float> {
    fileprivate var halfBits: SIMD8<UInt16> {
        SIMD8<UInt16>(
            Half.bits(self[0]), Half.bits(self[1]), Half.bits(self[2]), Half.bits(self[3]), Half.bits(self[4]),
            Half.bits(self[5]), Half.bits(self[6]), Half.bits(self[7]))
    }
}
