import CIntrinsics
import Kernels

/// How a layout stores the scales and minimums of a block, read eight rows at a time; see the portable protocol of
/// the same name.
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
    @unsafe func scale(_ blockHeader: UnsafeRawPointer, half: Int) -> __m256
    /// The minimums, likewise.
    @unsafe func minimum(_ blockHeader: UnsafeRawPointer, half: Int) -> __m256
}

extension TileScales {
    /// Scales of a row in a block of 32 columns.
    @inline(__always) static var perBlock: Int { 32 / scaleColumns }
}

/// `[8 × f16 d]`
struct PlainScales: TileScales {
    @inline(__always) static var headerBytes: Int { 16 }
    @inline(__always) static func blocksPerHeader(_ call: TileCall) -> Int { unsafe call.blocksPerScale }
    @inline(__always) static var blockHeaderBytes: Int { 0 }
    @inline(__always) static var hasMinimum: Bool { false }
    @inline(__always) static var scaleColumns: Int { 32 }
    let d: __m256

    @inline(__always) init(header: UnsafeRawPointer) { d = unsafe loadHalves(header) }
    @inline(__always) func scale(_: UnsafeRawPointer, half: Int) -> __m256 { d }
    @inline(__always) func minimum(_: UnsafeRawPointer, half: Int) -> __m256 { _mm256_setzero_ps() }
}

/// `[8 × f16 d][8 × f16 m]`
struct ScalesAndMinimums: TileScales {
    @inline(__always) static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_ call: TileCall) -> Int { unsafe call.blocksPerScale }
    @inline(__always) static var blockHeaderBytes: Int { 0 }
    @inline(__always) static var hasMinimum: Bool { true }
    @inline(__always) static var scaleColumns: Int { 32 }
    let d: __m256
    let m: __m256

    @inline(__always) init(header: UnsafeRawPointer) {
        d = unsafe loadHalves(header)
        m = unsafe loadHalves(header + 16)
    }
    @inline(__always) func scale(_: UnsafeRawPointer, half: Int) -> __m256 { d }
    @inline(__always) func minimum(_: UnsafeRawPointer, half: Int) -> __m256 { m }
}

/// `[8 × f16 d][8 × f16 m]`, then `[8 × s8 a][8 × s8 b]` before each of 8 blocks.
struct KScales: TileScales {
    @inline(__always) static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    @inline(__always) static var blockHeaderBytes: Int { 16 }
    @inline(__always) static var hasMinimum: Bool { true }
    @inline(__always) static var scaleColumns: Int { 32 }
    let d: __m256
    let m: __m256

    @inline(__always) init(header: UnsafeRawPointer) {
        d = unsafe loadHalves(header)
        m = unsafe loadHalves(header + 16)
    }
    @inline(__always) func scale(_ p: UnsafeRawPointer, half: Int) -> __m256 {
        unsafe _mm256_mul_ps(d, loadBytes(p))
    }
    @inline(__always) func minimum(_ p: UnsafeRawPointer, half: Int) -> __m256 {
        unsafe _mm256_mul_ps(m, loadBytes(p + 8))
    }
}

/// `[8 × f16 d]`, then `[2 × 8 × s8 a]` before each of 8 blocks.
struct K16Scales: TileScales {
    @inline(__always) static var headerBytes: Int { 16 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    @inline(__always) static var blockHeaderBytes: Int { 16 }
    @inline(__always) static var hasMinimum: Bool { false }
    @inline(__always) static var scaleColumns: Int { 16 }
    let d: __m256

    @inline(__always) init(header: UnsafeRawPointer) { d = unsafe loadHalves(header) }
    @inline(__always) func scale(_ p: UnsafeRawPointer, half: Int) -> __m256 {
        unsafe _mm256_mul_ps(d, loadBytes(p + 8 * half))
    }
    @inline(__always) func minimum(_: UnsafeRawPointer, half: Int) -> __m256 { _mm256_setzero_ps() }
}

/// `[8 × f16 d][8 × f16 m]`, then `[2 × 8 × s8 a][2 × 8 × s8 b]` before each of 8 blocks.
struct K16ScalesAndMinimums: TileScales {
    @inline(__always) static var headerBytes: Int { 32 }
    @inline(__always) static func blocksPerHeader(_: TileCall) -> Int { 8 }
    @inline(__always) static var blockHeaderBytes: Int { 32 }
    @inline(__always) static var hasMinimum: Bool { true }
    @inline(__always) static var scaleColumns: Int { 16 }
    let d: __m256
    let m: __m256

    @inline(__always) init(header: UnsafeRawPointer) {
        d = unsafe loadHalves(header)
        m = unsafe loadHalves(header + 16)
    }
    @inline(__always) func scale(_ p: UnsafeRawPointer, half: Int) -> __m256 {
        unsafe _mm256_mul_ps(d, loadBytes(p + 8 * half))
    }
    @inline(__always) func minimum(_ p: UnsafeRawPointer, half: Int) -> __m256 {
        unsafe _mm256_mul_ps(m, loadBytes(p + 16 + 8 * half))
    }
}

/// Eight f16 as floats.
@unsafe @inline(__always)
private func loadHalves(_ p: UnsafeRawPointer) -> __m256 {
    unsafe _mm256_cvtph_ps(_mm_loadu_si128(p.assumingMemoryBound(to: __m128i.self)))
}

/// Eight signed bytes as floats.
@unsafe @inline(__always)
private func loadBytes(_ p: UnsafeRawPointer) -> __m256 {
    unsafe _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(p.assumingMemoryBound(to: __m128i.self))))
}
