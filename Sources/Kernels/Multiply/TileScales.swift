/// How a layout stores the scales and minimums of a block, read eight rows at a time.
///
/// A layout has a header before every `blocksPerHeader` blocks, then a small header before each block.
protocol TileScales {
    static var headerBytes: Int { get }
    static func blocksPerHeader(_ call: TileCall) -> Int
    static var blockHeaderBytes: Int { get }
    static var hasMinimum: Bool { get }
    /// Columns that share a scale: 32 or 16.
    static var scaleColumns: Int { get }

    /// Reads a header.
    @unsafe init(header: UnsafeRawPointer)
    /// The scales of a block, or of one of its halves where 16 columns share one.
    @unsafe func scale(_ blockHeader: UnsafeRawPointer, half: Int) -> SIMD8<Float>
    /// The minimums, likewise.
    @unsafe func minimum(_ blockHeader: UnsafeRawPointer, half: Int) -> SIMD8<Float>
}

/// `[8 × f16 d]`
struct PlainScales: TileScales {
    static var headerBytes: Int { 16 }
    @inline(__always) static func blocksPerHeader(_ call: TileCall) -> Int { unsafe call.blocksPerScale }
    static var blockHeaderBytes: Int { 0 }
    static var hasMinimum: Bool { false }
    static var scaleColumns: Int { 32 }
    let d: SIMD8<Float>

    @inline(__always) init(header: UnsafeRawPointer) { d = unsafe loadHalves(header) }
    @inline(__always) func scale(_: UnsafeRawPointer, half: Int) -> SIMD8<Float> { d }
    @inline(__always) func minimum(_: UnsafeRawPointer, half: Int) -> SIMD8<Float> { .zero }
}

/// `[8 × f16 d][8 × f16 m]`
struct ScalesAndMinimums: TileScales {
    static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_ call: TileCall) -> Int { unsafe call.blocksPerScale }
    static var blockHeaderBytes: Int { 0 }
    static var hasMinimum: Bool { true }
    static var scaleColumns: Int { 32 }
    let d: SIMD8<Float>
    let m: SIMD8<Float>

    @inline(__always) init(header: UnsafeRawPointer) {
        d = unsafe loadHalves(header)
        m = unsafe loadHalves(header + 16)
    }
    @inline(__always) func scale(_: UnsafeRawPointer, half: Int) -> SIMD8<Float> { d }
    @inline(__always) func minimum(_: UnsafeRawPointer, half: Int) -> SIMD8<Float> { m }
}

/// `[8 × f16 d][8 × f16 m]`, then `[8 × s8 a][8 × s8 b]` before each of 8 blocks.
struct KScales: TileScales {
    static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    static var blockHeaderBytes: Int { 16 }
    static var hasMinimum: Bool { true }
    static var scaleColumns: Int { 32 }
    let d: SIMD8<Float>
    let m: SIMD8<Float>

    @inline(__always) init(header: UnsafeRawPointer) {
        d = unsafe loadHalves(header)
        m = unsafe loadHalves(header + 16)
    }
    @inline(__always) func scale(_ p: UnsafeRawPointer, half: Int) -> SIMD8<Float> { unsafe d * loadBytes(p) }
    @inline(__always) func minimum(_ p: UnsafeRawPointer, half: Int) -> SIMD8<Float> { unsafe m * loadBytes(p + 8) }
}

/// `[8 × f16 d]`, then `[2 × 8 × s8 a]` before each of 8 blocks.
struct K16Scales: TileScales {
    static var headerBytes: Int { 16 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    static var blockHeaderBytes: Int { 16 }
    static var hasMinimum: Bool { false }
    static var scaleColumns: Int { 16 }
    let d: SIMD8<Float>

    @inline(__always) init(header: UnsafeRawPointer) { d = unsafe loadHalves(header) }
    @inline(__always) func scale(_ p: UnsafeRawPointer, half: Int) -> SIMD8<Float> {
        unsafe d * loadBytes(p + 8 * half)
    }
    @inline(__always) func minimum(_: UnsafeRawPointer, half: Int) -> SIMD8<Float> { .zero }
}

/// `[8 × f16 d][8 × f16 m]`, then `[2 × 8 × s8 a][2 × 8 × s8 b]` before each of 8 blocks.
struct K16ScalesAndMinimums: TileScales {
    static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    static var blockHeaderBytes: Int { 32 }
    static var hasMinimum: Bool { true }
    static var scaleColumns: Int { 16 }
    let d: SIMD8<Float>
    let m: SIMD8<Float>

    @inline(__always) init(header: UnsafeRawPointer) {
        d = unsafe loadHalves(header)
        m = unsafe loadHalves(header + 16)
    }
    @inline(__always) func scale(_ p: UnsafeRawPointer, half: Int) -> SIMD8<Float> {
        unsafe d * loadBytes(p + 8 * half)
    }
    @inline(__always) func minimum(_ p: UnsafeRawPointer, half: Int) -> SIMD8<Float> {
        unsafe m * loadBytes(p + 16 + 8 * half)
    }
}

/// Eight f16 as floats.
@unsafe @inline(__always)
private func loadHalves(_ p: UnsafeRawPointer) -> SIMD8<Float> {
    Half.floats(unsafe p.loadUnaligned(as: SIMD8<UInt16>.self))
}

/// Eight signed bytes as floats.
@unsafe @inline(__always)
private func loadBytes(_ p: UnsafeRawPointer) -> SIMD8<Float> {
    SIMD8<Float>(converting: SIMD8<Int32>(widening: unsafe p.loadUnaligned(as: SIMD8<Int8>.self)))
}
