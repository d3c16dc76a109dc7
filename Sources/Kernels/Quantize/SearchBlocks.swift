// The formats of 32 columns, with the scales of the least squared error among some that those of the fixed rules, rounded
// to f16, are always among.

/// Four bits, symmetric, searched: `y = d·(q − 8)`. See ``dequantizeQ4_0(_:into:count:)``.
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: in the square, with its importance, never above that of ``quantizeQ4_0(_:into:count:)``; a ninth below it for
///   normal weights.
/// - Threads: none; callers split by rows.
public func searchQ4_0(
    _ source: UnsafePointer<Float>, _ importance: ColumnImportance, _ kernels: QuantizeKernels,
    into destination: UnsafeMutableRawPointer, count: Int
) {
    let search = SymmetricSearch(half: 8, reach: 1.6, steps: 5)
    unsafe searchSymmetric(search, source, importance, kernels, count) { block, d, q in
        let out = unsafe destination + 18 * block
        unsafe out.storeBytes(of: d, as: UInt16.self)
        unsafe packNibbles(q, into: out + 2)
    }
}

/// Five bits, symmetric, searched: `y = d·(q − 16)`. See ``dequantizeQ5_0(_:into:count:)``.
///
/// - Precondition, error, threads: as ``searchQ4_0(_:_:_:into:count:)``.
public func searchQ5_0(
    _ source: UnsafePointer<Float>, _ importance: ColumnImportance, _ kernels: QuantizeKernels,
    into destination: UnsafeMutableRawPointer, count: Int
) {
    let search = SymmetricSearch(half: 16, reach: 1.6, steps: 5)
    unsafe searchSymmetric(search, source, importance, kernels, count) { block, d, q in
        let out = unsafe destination + 22 * block
        unsafe out.storeBytes(of: d, as: UInt16.self)
        unsafe packFiveBits(q, into: out + 2)
    }
}

/// Four bits with a minimum, searched: `y = d·q + m`. See ``dequantizeQ4_1(_:into:count:)``.
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: in the square, with its importance, never above that of ``quantizeQ4_1(_:into:count:)``; a sixth below it for
///   normal weights.
/// - Threads: none; callers split by rows.
public func searchQ4_1(
    _ source: UnsafePointer<Float>, _ importance: ColumnImportance, into destination: UnsafeMutableRawPointer,
    count: Int
) {
    let search = AffineSearch(levels: 15, isMinimumNegative: false, reach: -0.9...2.4, steps: 12)
    unsafe searchAffine(search, source, importance, count) { block, d, m, q in
        let out = unsafe destination + 20 * block
        unsafe out.storeBytes(of: d, as: UInt16.self)
        unsafe out.storeBytes(of: m, toByteOffset: 2, as: UInt16.self)
        unsafe packNibbles(q, into: out + 4)
    }
}

/// Five bits with a minimum, searched: `y = d·q + m`. See ``dequantizeQ5_1(_:into:count:)``.
///
/// - Precondition, error, threads: as ``searchQ4_1(_:_:into:count:)``.
public func searchQ5_1(
    _ source: UnsafePointer<Float>, _ importance: ColumnImportance, into destination: UnsafeMutableRawPointer,
    count: Int
) {
    let search = AffineSearch(levels: 31, isMinimumNegative: false, reach: -0.9...2.4, steps: 12)
    unsafe searchAffine(search, source, importance, count) { block, d, m, q in
        let out = unsafe destination + 24 * block
        unsafe out.storeBytes(of: d, as: UInt16.self)
        unsafe out.storeBytes(of: m, toByteOffset: 2, as: UInt16.self)
        unsafe packFiveBits(q, into: out + 4)
    }
}

// MARK: - Eight blocks at a time

/// - Parameter store: takes the number of a block, the bits of its scale, and its integers from 0, a byte each.
@unsafe @inline(__always)
private func searchSymmetric(
    _ search: SymmetricSearch, _ source: UnsafePointer<Float>, _ importance: ColumnImportance,
    _ kernels: QuantizeKernels, _ count: Int,
    _ store: (_ block: Int, _ d: UInt16, _ q: UnsafeRawPointer) -> Void
) {
    unsafe forEightBlocks(source, importance, count) { blocks, bytes, first, number in
        unsafe kernels.symmetricScales(
            blocks.x, blocks.h.map { unsafe UnsafePointer($0) }, search.half, search.reach, search.steps, blocks.spare)
        let best = unsafe blocks.spare[0]
        let inverse = best.inverse
        unsafe blocks.setIntegers { search.integers($0, inverse: inverse) }
        if let products = unsafe importance.products {
            unsafe blocks.refine(products + 128 * first, scale: best, minimum: .zero, within: search.levels)
        }
        unsafe blocks.storeIntegers(plus: search.half, to: bytes)
        for block in 0..<number { unsafe store(first + block, Half.bits(best[block]), bytes + 32 * block) }
    }
}

/// - Parameter store: takes the number of a block, the bits of its scale and minimum, and its integers, a byte each.
@unsafe @inline(__always)
private func searchAffine(
    _ search: AffineSearch, _ source: UnsafePointer<Float>, _ importance: ColumnImportance, _ count: Int,
    _ store: (_ block: Int, _ d: UInt16, _ m: UInt16, _ q: UnsafeRawPointer) -> Void
) {
    unsafe forEightBlocks(source, importance, count) { blocks, bytes, first, number in
        let best = unsafe search.halfScales(blocks)
        let inverse = best.d.inverse
        unsafe blocks.setIntegers { search.integers($0, inverse: inverse, minimum: best.m) }
        if let products = unsafe importance.products {
            unsafe blocks.refine(products + 128 * first, scale: best.d, minimum: best.m, within: 0...search.levels)
        }
        unsafe blocks.storeIntegers(plus: 0, to: bytes)
        for block in 0..<number {
            unsafe store(first + block, Half.bits(best.d[block]), Half.bits(best.m[block]), bytes + 32 * block)
        }
    }
}

/// Calls `body` with up to eight blocks of 32, room for their integers, the number of the first block and how many there
/// are.
@unsafe @inline(__always)
private func forEightBlocks(
    _ source: UnsafePointer<Float>, _ importance: ColumnImportance, _ count: Int,
    _ body: (_ blocks: BlockLanes, _ bytes: UnsafeMutablePointer<UInt8>, _ first: Int, _ number: Int) -> Void
) {
    let memoryBytes = unsafe BlockLanes.memoryBytes(columns: 32)
    unsafe withUnsafeTemporaryAllocation(byteCount: memoryBytes + 256, alignment: 32) { memory in
        let base = memory.baseAddress!
        let isWeighted = unsafe importance.squares != nil
        let blocks = unsafe BlockLanes(columns: 32, isWeighted: isWeighted, memory: base)
        let bytes = unsafe (base + memoryBytes).bindMemory(to: UInt8.self, capacity: 256)
        for first in stride(from: 0, to: count / 32, by: 8) {
            let number = min(8, count / 32 - first)
            unsafe blocks.load(source + 32 * first, importance.squares.map { unsafe $0 + 32 * first }, blocks: number)
            unsafe body(blocks, bytes, first, number)
        }
    }
}
