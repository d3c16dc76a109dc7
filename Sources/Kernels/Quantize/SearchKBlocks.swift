// The formats of 256 columns: each group has its own scale, found as in a block of 32, and then all of them must become
// integers of a few bits under one f16. What that costs is made good by choosing each group's integers anew for the scale
// that they really get, and the f16 numbers anew for all of these.

/// Four bits, a 6-bit scale and minimum for every 32, searched. See ``dequantizeQ4_K(_:into:count:)``.
///
/// - Precondition: `count` is a multiple of 256; no overlap. Any alignment.
/// - Error: |x − y| ≤ (d·s) / 2 where nothing is cut off.
/// - Threads: none; callers split by rows.
public func searchQ4_K(
    _ source: UnsafePointer<Float>, _ importance: ColumnImportance, into destination: UnsafeMutableRawPointer,
    count: Int
) {
    let search = AffineSearch(levels: 15, isMinimumNegative: true, reach: -0.9...2.4, steps: 12)
    unsafe forEachSuperblock(search, source, importance, count) { index, block, q in
        let out = unsafe destination + 144 * index
        unsafe block.storeHeader(to: out)
        for pair in 0..<4 {
            for l in 0..<32 {
                let (low, high) = unsafe (q[64 * pair + l], q[64 * pair + 32 + l])
                unsafe out.storeBytes(of: low | high << 4, toByteOffset: 16 + 32 * pair + l, as: UInt8.self)
            }
        }
    }
}

/// Five bits, a 6-bit scale and minimum for every 32, searched. See ``dequantizeQ5_K(_:into:count:)``.
///
/// - Precondition, error, threads: as ``searchQ4_K(_:_:into:count:)``.
public func searchQ5_K(
    _ source: UnsafePointer<Float>, _ importance: ColumnImportance, into destination: UnsafeMutableRawPointer,
    count: Int
) {
    let search = AffineSearch(levels: 31, isMinimumNegative: true, reach: -0.9...2.4, steps: 12)
    unsafe forEachSuperblock(search, source, importance, count) { index, block, q in
        let out = unsafe destination + 176 * index
        unsafe block.storeHeader(to: out)
        for l in 0..<32 {
            var fifths: UInt8 = 0
            for group in 0..<8 { fifths |= unsafe (q[32 * group + l] >> 4) << UInt8(group) }
            unsafe out.storeBytes(of: fifths, toByteOffset: 16 + l, as: UInt8.self)
            for pair in 0..<4 {
                let (low, high) = unsafe (q[64 * pair + l] & 15, q[64 * pair + 32 + l] & 15)
                unsafe out.storeBytes(of: low | high << 4, toByteOffset: 48 + 32 * pair + l, as: UInt8.self)
            }
        }
    }
}

/// - Parameter store: takes the number of a block, its scales, and its integers, a byte each.
@unsafe @inline(__always)
private func forEachSuperblock(
    _ search: AffineSearch, _ source: UnsafePointer<Float>, _ importance: ColumnImportance, _ count: Int,
    _ store: (_ index: Int, _ block: SuperblockScales, _ q: UnsafePointer<UInt8>) -> Void
) {
    let memoryBytes = unsafe BlockLanes.memoryBytes(columns: 32)
    unsafe withUnsafeTemporaryAllocation(byteCount: memoryBytes + 256, alignment: 32) { memory in
        let base = memory.baseAddress!
        let isWeighted = unsafe importance.squares != nil
        let groups = unsafe BlockLanes(columns: 32, isWeighted: isWeighted, memory: base)
        let bytes = unsafe (base + memoryBytes).bindMemory(to: UInt8.self, capacity: 256)
        for index in 0..<count / 256 {
            unsafe groups.load(source + 256 * index, importance.squares.map { unsafe $0 + 256 * index }, blocks: 8)
            let block = unsafe SuperblockScales(search, groups)
            let (scale, minimum) = block.values
            let inverse = scale.inverse
            unsafe groups.setIntegers { search.integers($0, inverse: inverse, minimum: minimum) }
            if let products = unsafe importance.products {
                unsafe groups.refine(
                    products + 1024 * index, scale: scale, minimum: minimum, within: 0...search.levels)
            }
            unsafe groups.storeIntegers(plus: 0, to: bytes)
            unsafe store(index, block, UnsafePointer(bytes))
        }
    }
}

/// The scales of a block of 256, whose eight groups are lanes: `x ≈ d·s·q − dmin·m`.
private struct SuperblockScales {
    /// As f16 has them.
    private var d: Float
    private var dmin: Float
    /// Integers from 0 to 63.
    private var s: SIMD8<Float>
    private var m: SIMD8<Float>

    @unsafe @inline(__always)
    init(_ search: AffineSearch, _ groups: BlockLanes) {
        let wanted = unsafe search.scales(groups)
        (s, m) = (.zero, .zero)
        d = Half.float(Half.bits(max(wanted.d.max(), 0) / 63))
        dmin = Half.float(Half.bits(max(-wanted.m.min(), 0) / 63))
        unsafe settle(search, groups, wanted)
        var best = (scales: self, error: unsafe error(search, groups))
        // Fitting the f16 numbers to the integers, and these anew to what the numbers have become.
        for _ in 0..<2 {
            unsafe refit(search, groups)
            unsafe settle(search, groups, wanted)
            let error = unsafe error(search, groups)
            if error < best.error { best = (self, error) }
        }
        self = best.scales
    }

    /// What stands before and after the integers of each group.
    var values: (scale: SIMD8<Float>, minimum: SIMD8<Float>) { (d * s, -(dmin * m)) }

    @unsafe @inline(__always)
    private func error(_ search: AffineSearch, _ groups: BlockLanes) -> Float {
        unsafe search.error(groups, scale: values.scale, minimum: values.minimum).sum()
    }

    /// Makes scales and minimums integers: for each group the pair of the least error among its neighbours, the minimum
    /// being the one that was wanted, or the one that fits the integers best.
    @unsafe @inline(__always)
    private mutating func settle(
        _ search: AffineSearch, _ groups: BlockLanes, _ wanted: (d: SIMD8<Float>, m: SIMD8<Float>)
    ) {
        let unit = SIMD8<Float>(repeating: d).inverse
        let minimumUnit = SIMD8<Float>(repeating: dmin).inverse
        var best = SIMD8<Float>(repeating: .infinity)
        for offset in -1...1 {
            let scale = ((wanted.d * unit).nearest(within: 0...63) + Float(offset)).nearest(within: 0...63)
            let inverse = (d * scale).inverse
            var (sumH, sumX, sumQ) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
            unsafe groups.forEach { x, h in
                sumH += h
                sumX += h * x
                sumQ += h * search.integers(x, inverse: inverse, minimum: wanted.m)
            }
            for choice in 0..<2 {
                let fitting = choice == 0 ? -wanted.m : (d * scale * sumQ - sumX) / sumH
                let minimum = (fitting * minimumUnit).nearest(within: 0...63)
                let error = unsafe search.error(groups, scale: d * scale, minimum: -(dmin * minimum))
                let isBetter = error.lanewise(best) { $0 < $1 ? 1 : 0 }
                s.replace(with: scale, where: isBetter)
                m.replace(with: minimum, where: isBetter)
                best.replace(with: error, where: isBetter)
            }
        }
    }

    /// The two f16 numbers that fit all integers best: least squares over `x ≈ d·(s·q) − dmin·m`.
    @unsafe @inline(__always)
    private mutating func refit(_ search: AffineSearch, _ groups: BlockLanes) {
        let (scale, minimum) = values
        let inverse = scale.inverse
        var (aa, ab, bb) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
        var (xa, xb) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        unsafe groups.forEach { x, h in
            let a = s * search.integers(x, inverse: inverse, minimum: minimum)
            aa += h * (a * a)
            ab += h * (a * m)
            bb += h * (m * m)
            xa += h * (x * a)
            xb += h * (x * m)
        }
        let determinant = aa.sum() * bb.sum() - ab.sum() * ab.sum()
        if determinant > 0 {
            let scale = (xa.sum() * bb.sum() - xb.sum() * ab.sum()) / determinant
            let minimum = (xa.sum() * ab.sum() - xb.sum() * aa.sum()) / determinant
            if scale > 0, minimum > 0 { (d, dmin) = (Half.float(Half.bits(scale)), Half.float(Half.bits(minimum))) }
        } else if aa.sum() > 0, xa.sum() > 0 {
            d = Half.float(Half.bits(xa.sum() / aa.sum()))
        }
    }

    /// d, dmin and the twelve bytes of ``packedScaleAndMinimum(_:group:)``.
    @unsafe func storeHeader(to out: UnsafeMutableRawPointer) {
        unsafe out.storeBytes(of: Half.bits(d), as: UInt16.self)
        unsafe out.storeBytes(of: Half.bits(dmin), toByteOffset: 2, as: UInt16.self)
        let scales = SIMD8<UInt8>(truncatingIfNeeded: s.integers)
        let minimums = SIMD8<UInt8>(truncatingIfNeeded: m.integers)
        for group in 0..<4 {
            let (high, highMinimum) = (scales[group + 4], minimums[group + 4])
            let bytes = (
                scales[group] | (high >> 4) << 6, minimums[group] | (highMinimum >> 4) << 6,
                high & 15 | (highMinimum & 15) << 4
            )
            unsafe out.storeBytes(of: bytes.0, toByteOffset: 4 + group, as: UInt8.self)
            unsafe out.storeBytes(of: bytes.1, toByteOffset: 8 + group, as: UInt8.self)
            unsafe out.storeBytes(of: bytes.2, toByteOffset: 12 + group, as: UInt8.self)
        }
    }
}
