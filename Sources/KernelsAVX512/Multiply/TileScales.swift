import CIntrinsics
import Kernels

/// How a layout stores the scales and minimums of a block, read for the rows of two groups at a time; see the portable
/// protocol of the same name.
protocol TileScales {
    static var headerBytes: Int { get }
    static func blocksPerHeader(_ call: TileCall) -> Int
    static var blockHeaderBytes: Int { get }
    static var hasMinimum: Bool { get }
    /// Columns that share a scale: 32 or 16.
    static var scaleColumns: Int { get }

    /// Reads a header.
    @unsafe init(header: UnsafeRawPointer, _ pair: GroupPair)
    /// The scales of a block, or of one of its halves where 16 columns share one.
    @unsafe func scale(_ blockHeader: UnsafeRawPointer, _ pair: GroupPair, half: Int) -> __m512
    /// The minimums, likewise.
    @unsafe func minimum(_ blockHeader: UnsafeRawPointer, _ pair: GroupPair, half: Int) -> __m512
}

extension TileScales {
    /// Parts of a block of 32 columns that have a scale of their own.
    @inline(__always) static var perBlock: Int { 32 / scaleColumns }
}

/// `[8 × f16 d]`
struct PlainScales: TileScales {
    @inline(__always) static var headerBytes: Int { 16 }
    @inline(__always) static func blocksPerHeader(_ call: TileCall) -> Int { unsafe call.blocksPerScale }
    @inline(__always) static var blockHeaderBytes: Int { 0 }
    @inline(__always) static var hasMinimum: Bool { false }
    @inline(__always) static var scaleColumns: Int { 32 }
    let d: __m512

    @inline(__always) init(header: UnsafeRawPointer, _ pair: GroupPair) { d = unsafe pair.loadHalves(header) }
    @inline(__always) func scale(_: UnsafeRawPointer, _: GroupPair, half: Int) -> __m512 { d }
    @inline(__always) func minimum(_: UnsafeRawPointer, _: GroupPair, half: Int) -> __m512 { _mm512_setzero_ps() }
}

/// `[8 × f16 d][8 × f16 m]`
struct ScalesAndMinimums: TileScales {
    @inline(__always) static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_ call: TileCall) -> Int { unsafe call.blocksPerScale }
    @inline(__always) static var blockHeaderBytes: Int { 0 }
    @inline(__always) static var hasMinimum: Bool { true }
    @inline(__always) static var scaleColumns: Int { 32 }
    let d: __m512
    let m: __m512

    @inline(__always) init(header: UnsafeRawPointer, _ pair: GroupPair) {
        d = unsafe pair.loadHalves(header)
        m = unsafe pair.loadHalves(header + 16)
    }
    @inline(__always) func scale(_: UnsafeRawPointer, _: GroupPair, half: Int) -> __m512 { d }
    @inline(__always) func minimum(_: UnsafeRawPointer, _: GroupPair, half: Int) -> __m512 { m }
}

/// `[8 × f16 d][8 × f16 m]`, then `[8 × s8 a][8 × s8 b]` before each of 8 blocks.
struct KScales: TileScales {
    @inline(__always) static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    @inline(__always) static var blockHeaderBytes: Int { 16 }
    @inline(__always) static var hasMinimum: Bool { true }
    @inline(__always) static var scaleColumns: Int { 32 }
    let d: __m512
    let m: __m512

    @inline(__always) init(header: UnsafeRawPointer, _ pair: GroupPair) {
        d = unsafe pair.loadHalves(header)
        m = unsafe pair.loadHalves(header + 16)
    }
    @inline(__always) func scale(_ p: UnsafeRawPointer, _ pair: GroupPair, half: Int) -> __m512 {
        unsafe _mm512_mul_ps(d, pair.loadBytes(p))
    }
    @inline(__always) func minimum(_ p: UnsafeRawPointer, _ pair: GroupPair, half: Int) -> __m512 {
        unsafe _mm512_mul_ps(m, pair.loadBytes(p + 8))
    }
}

/// `[8 × f16 d]`, then `[2 × 8 × s8 a]` before each of 8 blocks.
struct K16Scales: TileScales {
    @inline(__always) static var headerBytes: Int { 16 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    @inline(__always) static var blockHeaderBytes: Int { 16 }
    @inline(__always) static var hasMinimum: Bool { false }
    @inline(__always) static var scaleColumns: Int { 16 }
    let d: __m512

    @inline(__always) init(header: UnsafeRawPointer, _ pair: GroupPair) { d = unsafe pair.loadHalves(header) }
    @inline(__always) func scale(_ p: UnsafeRawPointer, _ pair: GroupPair, half: Int) -> __m512 {
        unsafe _mm512_mul_ps(d, pair.loadBytes(p + 8 * half))
    }
    @inline(__always) func minimum(_: UnsafeRawPointer, _: GroupPair, half: Int) -> __m512 { _mm512_setzero_ps() }
}

/// `[8 × f16 d][8 × f16 m]`, then `[2 × 8 × s8 a][2 × 8 × s8 b]` before each of 8 blocks.
struct K16ScalesAndMinimums: TileScales {
    @inline(__always) static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    @inline(__always) static var blockHeaderBytes: Int { 32 }
    @inline(__always) static var hasMinimum: Bool { true }
    @inline(__always) static var scaleColumns: Int { 16 }
    let d: __m512
    let m: __m512

    @inline(__always) init(header: UnsafeRawPointer, _ pair: GroupPair) {
        d = unsafe pair.loadHalves(header)
        m = unsafe pair.loadHalves(header + 16)
    }
    @inline(__always) func scale(_ p: UnsafeRawPointer, _ pair: GroupPair, half: Int) -> __m512 {
        unsafe _mm512_mul_ps(d, pair.loadBytes(p + 8 * half))
    }
    @inline(__always) func minimum(_ p: UnsafeRawPointer, _ pair: GroupPair, half: Int) -> __m512 {
        unsafe _mm512_mul_ps(m, pair.loadBytes(p + 16 + 8 * half))
    }
}
