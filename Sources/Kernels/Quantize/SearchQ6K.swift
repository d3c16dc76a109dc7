/// Six bits, an 8-bit scale for every 16, searched. See ``dequantizeQ6_K(_:into:count:)``.
///
/// Of the importance it takes the squares alone: with so many levels the integers have little left to give.
///
/// - Precondition: `count` is a multiple of 256; no overlap. Any alignment.
/// - Error: |x − y| ≤ |d·s| / 2 where nothing is cut off.
/// - Threads: none; callers split by rows.
public func searchQ6_K(
    _ source: UnsafePointer<Float>, _ importance: ColumnImportance, into destination: UnsafeMutableRawPointer,
    count: Int
) {
    // With so many levels the extremes are nearly right; a few steps are enough.
    let search = SymmetricSearch(half: 32, reach: 2, steps: 3)
    let memoryBytes = unsafe BlockLanes.memoryBytes(columns: 16)
    unsafe withUnsafeTemporaryAllocation(byteCount: 2 * memoryBytes + 256, alignment: 32) { memory in
        let base = memory.baseAddress!
        let isWeighted = unsafe importance.squares != nil
        let low = unsafe BlockLanes(columns: 16, isWeighted: isWeighted, memory: base)
        let high = unsafe BlockLanes(columns: 16, isWeighted: isWeighted, memory: base + memoryBytes)
        let q = unsafe (base + 2 * memoryBytes).bindMemory(to: UInt8.self, capacity: 256)
        for index in 0..<count / 256 {
            let (x, h) = unsafe (source + 256 * index, importance.squares.map { unsafe $0 + 256 * index })
            unsafe low.load(x, h, blocks: 8)
            unsafe high.load(x + 128, h.map { unsafe $0 + 128 }, blocks: 8)
            let scales = unsafe SixBitScales(search, low, high)
            unsafe scales.store(search, low, scales.low, to: q)
            unsafe scales.store(search, high, scales.high, to: q + 128)
            unsafe scales.pack(q, into: destination + 210 * index)
        }
    }
}

/// The scales of a block of 256, whose sixteen groups are the lanes of two vectors: `x ≈ d·s·q`.
private struct SixBitScales {
    /// As f16 has it.
    private var d: Float
    /// Integers from −128 to 127.
    private(set) var low = SIMD8<Float>.zero
    private(set) var high = SIMD8<Float>.zero

    @unsafe @inline(__always)
    init(_ search: SymmetricSearch, _ lowGroups: BlockLanes, _ highGroups: BlockLanes) {
        let wanted = unsafe (Self.wanted(search, lowGroups), Self.wanted(search, highGroups))
        let (smallest, largest) = (min(wanted.0.min(), wanted.1.min()), max(wanted.0.max(), wanted.1.max()))
        // The largest scale becomes −128, which has no counterpart above.
        d = Half.float(Half.bits((largest >= -smallest ? largest : smallest) / -128))
        low = unsafe settled(search, lowGroups, wanted.0)
        high = unsafe settled(search, highGroups, wanted.1)
        unsafe refit(search, lowGroups, highGroups)
    }

    @unsafe @inline(__always)
    private static func wanted(_ search: SymmetricSearch, _ groups: BlockLanes) -> SIMD8<Float> {
        let (smallest, largest) = unsafe groups.extremes
        return unsafe search.scales(groups, extreme: largest.lanewise(smallest) { $0 >= -$1 ? $0 : $1 })
    }

    /// Makes scales integers: for each group the one of the least error among its neighbours.
    @unsafe @inline(__always)
    private func settled(
        _ search: SymmetricSearch, _ groups: BlockLanes, _ wanted: SIMD8<Float>
    ) -> SIMD8<Float> {
        let middle = (wanted * SIMD8(repeating: d).inverse).nearest(within: -128...127)
        var (scales, best) = (SIMD8<Float>.zero, SIMD8<Float>(repeating: .infinity))
        for offset in -1...1 {
            let scale = (middle + Float(offset)).nearest(within: -128...127)
            let error = unsafe search.error(groups, scale: d * scale)
            let isBetter = error.lanewise(best) { $0 < $1 ? 1 : 0 }
            scales.replace(with: scale, where: isBetter)
            best.replace(with: error, where: isBetter)
        }
        return scales
    }

    /// The f16 number that fits all integers best, if that is better.
    @unsafe @inline(__always)
    private mutating func refit(_ search: SymmetricSearch, _ lowGroups: BlockLanes, _ highGroups: BlockLanes) {
        var (aa, xa) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        @inline(__always)
        func gather(_ groups: BlockLanes, _ scales: SIMD8<Float>) {
            let inverse = (d * scales).inverse
            unsafe groups.forEach { x, h in
                let a = scales * search.integers(x, inverse: inverse)
                aa += h * (a * a)
                xa += h * (x * a)
            }
        }
        @inline(__always)
        func error(_ d: Float) -> Float {
            unsafe search.error(lowGroups, scale: d * low).sum() + search.error(highGroups, scale: d * high).sum()
        }
        unsafe gather(lowGroups, low)
        unsafe gather(highGroups, high)
        guard aa.sum() > 0, xa.sum() != 0 else { return }
        let better = Half.float(Half.bits(xa.sum() / aa.sum()))
        if error(better) < error(d) { d = better }
    }

    /// The integers of eight groups from 0, a byte each.
    @unsafe @inline(__always)
    func store(
        _ search: SymmetricSearch, _ groups: BlockLanes, _ scales: SIMD8<Float>, to q: UnsafeMutablePointer<UInt8>
    ) {
        let inverse = (d * scales).inverse
        unsafe groups.setIntegers { search.integers($0, inverse: inverse) }
        unsafe groups.storeIntegers(plus: search.half, to: q)
    }

    @unsafe func pack(_ q: UnsafePointer<UInt8>, into out: UnsafeMutableRawPointer) {
        for half in 0..<2 {
            let q = unsafe q + 128 * half
            for l in 0..<32 {
                for b in 0..<2 {
                    let (low, high) = unsafe (q[32 * b + l] & 15, q[64 + 32 * b + l] & 15)
                    unsafe out.storeBytes(of: low | high << 4, toByteOffset: 64 * half + 32 * b + l, as: UInt8.self)
                }
                var highs: UInt8 = 0
                for k in 0..<4 { highs |= unsafe (q[32 * k + l] >> 4) << UInt8(2 * k) }
                unsafe out.storeBytes(of: highs, toByteOffset: 128 + 32 * half + l, as: UInt8.self)
            }
        }
        let scales = (SIMD8<Int8>(truncatingIfNeeded: low.integers), SIMD8<Int8>(truncatingIfNeeded: high.integers))
        unsafe out.storeBytes(of: scales.0, toByteOffset: 192, as: SIMD8<Int8>.self)
        unsafe out.storeBytes(of: scales.1, toByteOffset: 200, as: SIMD8<Int8>.self)
        unsafe out.storeBytes(of: Half.bits(d), toByteOffset: 208, as: UInt16.self)
    }
}
