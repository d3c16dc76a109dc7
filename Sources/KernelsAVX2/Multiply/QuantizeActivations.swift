import CIntrinsics
import Kernels

/// Quantises a row of activations to 8-bit integers with a scale for every 32; the contract is the portable one's.
///
///     scale = max |x| / 120        q = round(x / scale), to nearest, ties to even
///
/// - Error: the same bits as the portable kernel gives.
@unsafe func quantizeActivationsInt8(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer, blockStride: Int
) {
    for block in 0..<(count + 31) / 32 {
        let values = unsafe Block(source + 32 * block, count: count - 32 * block)
        let (scale, inverse) = values.scale(largest: ActivationBlock.largestInt8)
        let q = values.rounded(inverse)
        let (low, high) = sums(_mm256_add_epi32(q.0, q.1), _mm256_add_epi32(q.2, q.3))
        let out = unsafe destination + block * blockStride
        unsafe storeHeader(scale, sum: low &+ high, firstHalf: low, to: out)
        unsafe storeBytes(q, to: out + ActivationBlock.header)
        let products = _mm256_madd_epi16(_mm256_packs_epi32(q.0, q.1), _mm256_packs_epi32(q.2, q.3))
        let pairSum = 0 &- sums(products, products).0 &- 128 &* low
        unsafe out.storeBytes(of: pairSum, toByteOffset: ActivationBlock.pairSum, as: Int32.self)
        let bytes = unsafe _mm256_loadu_si256((out + ActivationBlock.header).assumingMemoryBound(to: __m256i.self))
        unsafe out.storeBytes(of: laneSums(bytes), toByteOffset: ActivationBlock.laneSums, as: Int32.self)
    }
}

/// Quantises a row of activations to 16-bit integers with a scale for every 32; the contract is the portable one's.
///
/// - Error: the same bits as the portable kernel gives.
@unsafe func quantizeActivationsInt16(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer, blockStride: Int
) {
    for block in 0..<(count + 31) / 32 {
        let values = unsafe Block(source + 32 * block, count: count - 32 * block)
        let (scale, inverse) = values.scale(largest: ActivationBlock.largestInt16)
        let q = values.rounded(inverse)
        let out = unsafe destination + block * blockStride
        let (low, high) = sums(_mm256_add_epi32(q.0, q.1), _mm256_add_epi32(q.2, q.3))
        let header = unsafe out.assumingMemoryBound(to: Float.self)
        unsafe header[0] = scale
        unsafe header[1] = scale * Float(low)
        unsafe header[2] = scale * Float(high)
        unsafe header[3] = scale * Float(low &+ high)
        // Packing works within 128-bit halves; the permutation puts the columns back in order.
        let order = _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7)
        let words = unsafe (out + ActivationBlock.header).assumingMemoryBound(to: __m256i.self)
        unsafe _mm256_storeu_si256(words, _mm256_permutevar8x32_epi32(_mm256_packs_epi32(q.0, q.1), order))
        unsafe _mm256_storeu_si256(words + 1, _mm256_permutevar8x32_epi32(_mm256_packs_epi32(q.2, q.3), order))
    }
}

/// Quantises a row of activations to 16-bit integers with a scale for every 32, as high and low bytes; the contract is the
/// portable one's.
///
/// - Error: the same bits as the portable kernel gives.
@unsafe func quantizeActivationsSplit(
    _ source: UnsafePointer<Float>, count: Int, into destination: UnsafeMutableRawPointer, blockStride: Int
) {
    let half = _mm256_set1_epi32(128)
    for block in 0..<(count + 31) / 32 {
        let values = unsafe Block(source + 32 * block, count: count - 32 * block)
        let (scale, inverse) = values.scale(largest: ActivationBlock.largestInt16)
        let q = values.rounded(inverse)
        let (low, high) = sums(_mm256_add_epi32(q.0, q.1), _mm256_add_epi32(q.2, q.3))
        let out = unsafe destination + block * blockStride
        unsafe storeHeader(scale, sum: low &+ high, firstHalf: 0, to: out)
        let h = (
            _mm256_srai_epi32(_mm256_add_epi32(q.0, half), 8), _mm256_srai_epi32(_mm256_add_epi32(q.1, half), 8),
            _mm256_srai_epi32(_mm256_add_epi32(q.2, half), 8), _mm256_srai_epi32(_mm256_add_epi32(q.3, half), 8)
        )
        let l = (
            _mm256_sub_epi32(q.0, _mm256_slli_epi32(h.0, 8)), _mm256_sub_epi32(q.1, _mm256_slli_epi32(h.1, 8)),
            _mm256_sub_epi32(q.2, _mm256_slli_epi32(h.2, 8)), _mm256_sub_epi32(q.3, _mm256_slli_epi32(h.3, 8))
        )
        unsafe storeBytes(h, to: out + ActivationBlock.header)
        unsafe storeBytes(l, to: out + ActivationBlock.lowBytes)
    }
}

/// The 16 bytes before the integers of an `int8` or a `split` block.
@unsafe @inline(__always)
private func storeHeader(_ scale: Float, sum: Int32, firstHalf: Int32, to out: UnsafeMutableRawPointer) {
    unsafe out.storeBytes(of: scale, as: Float.self)
    unsafe out.storeBytes(of: scale * Float(sum), toByteOffset: 4, as: Float.self)
    unsafe out.storeBytes(of: -8 &* sum, toByteOffset: 8, as: Int32.self)
    unsafe out.storeBytes(of: -8 &* firstHalf, toByteOffset: 12, as: Int32.self)
}

/// 32 integers as bytes, in order.
@unsafe @inline(__always)
private func storeBytes(_ q: (__m256i, __m256i, __m256i, __m256i), to out: UnsafeMutableRawPointer) {
    // Packing works within 128-bit halves; the permutation puts the columns back in order.
    let bytes = _mm256_packs_epi16(_mm256_packs_epi32(q.0, q.1), _mm256_packs_epi32(q.2, q.3))
    let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)
    unsafe _mm256_storeu_si256(
        out.assumingMemoryBound(to: __m256i.self), _mm256_permutevar8x32_epi32(bytes, order))
}

/// The sums of eight integers and of eight others.
@inline(__always)
private func sums(_ v: __m256i, _ w: __m256i) -> (Int32, Int32) {
    // Pairs of neighbours, the first vector's in the even 64-bit lanes and the second's in the odd ones; then both halves.
    let pairs = _mm256_hadd_epi32(v, w)
    let four = _mm256_castsi256_si128(_mm256_add_epi32(pairs, _mm256_permutevar8x32_epi32(pairs, turnedByFour())))
    let both = UInt64(bitPattern: Int64(_mm_cvtsi128_si64(_mm_hadd_epi32(four, four))))
    return (Int32(truncatingIfNeeded: both), Int32(truncatingIfNeeded: both >> 32))
}

/// −8 times the sums of the first two and of the last two of every four bytes, as two 16-bit integers.
@inline(__always)
private func laneSums(_ bytes: __m256i) -> Int32 {
    let pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), bytes)
    let four = _mm256_add_epi16(pairs, _mm256_permutevar8x32_epi32(pairs, turnedByFour()))
    let two = _mm256_add_epi16(four, _mm256_permutevar8x32_epi32(four, turnedByTwo()))
    let one = _mm256_add_epi16(two, _mm256_permutevar8x32_epi32(two, turnedByOne()))
    return _mm256_cvtsi256_si32(_mm256_mullo_epi16(one, _mm256_set1_epi16(-8)))
}

/// The largest of eight integers.
@inline(__always)
private func maximum(_ v: __m256i) -> Int32 {
    let four = _mm256_max_epi32(v, _mm256_permutevar8x32_epi32(v, turnedByFour()))
    let two = _mm256_max_epi32(four, _mm256_permutevar8x32_epi32(four, turnedByTwo()))
    return _mm256_cvtsi256_si32(_mm256_max_epi32(two, _mm256_permutevar8x32_epi32(two, turnedByOne())))
}

@inline(__always) private func turnedByFour() -> __m256i { _mm256_setr_epi32(4, 5, 6, 7, 0, 1, 2, 3) }
@inline(__always) private func turnedByTwo() -> __m256i { _mm256_setr_epi32(2, 3, 0, 1, 6, 7, 4, 5) }
@inline(__always) private func turnedByOne() -> __m256i { _mm256_setr_epi32(1, 0, 3, 2, 5, 4, 7, 6) }

/// 32 floats in four registers.
struct Block {
    private var a: __m256
    private var b: __m256
    private var c: __m256
    private var d: __m256

    /// Up to 32 floats, zeros beyond `count`.
    @unsafe @inline(__always)
    init(_ source: UnsafePointer<Float>, count: Int) {
        if count >= 32 {
            a = unsafe _mm256_loadu_ps(source)
            b = unsafe _mm256_loadu_ps(source + 8)
            c = unsafe _mm256_loadu_ps(source + 16)
            d = unsafe _mm256_loadu_ps(source + 24)
        } else {
            a = unsafe _mm256_maskload_ps(source, Self.mask(count))
            b = unsafe _mm256_maskload_ps(source + 8, Self.mask(count - 8))
            c = unsafe _mm256_maskload_ps(source + 16, Self.mask(count - 16))
            d = unsafe _mm256_maskload_ps(source + 24, Self.mask(count - 24))
        }
    }

    /// Ones in the first `count` lanes.
    @inline(__always)
    private static func mask(_ count: Int) -> __m256i {
        _mm256_cmpgt_epi32(
            _mm256_set1_epi32(Int32(truncatingIfNeeded: count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
    }

    /// The scale that maps the largest magnitude to `largest`, and its reciprocal; (NaN, 0) and (0, 0) for blocks that
    /// cannot or need not be quantised.
    @inline(__always)
    func scale(largest: Float) -> (scale: Float, inverse: Float) {
        Self.scale(magnitudes, largest: largest)
    }

    /// The same of the largest of eight magnitudes.
    @inline(__always)
    static func scale(_ magnitudes: __m256i, largest: Float) -> (scale: Float, inverse: Float) {
        let magnitude = Float(bitPattern: UInt32(bitPattern: maximum(magnitudes)))
        if !(magnitude <= Float.greatestFiniteMagnitude) { return (.nan, 0) }
        if magnitude < ActivationBlock.smallestMagnitude { return (0, 0) }
        return (magnitude / largest, largest / magnitude)
    }

    /// The largest of every eighth magnitude. As integers, magnitudes order like floats, and NaN stands above infinity.
    var magnitudes: __m256i {
        @inline(__always) get {
            _mm256_max_epi32(
                _mm256_max_epi32(magnitudes(a), magnitudes(b)), _mm256_max_epi32(magnitudes(c), magnitudes(d)))
        }
    }

    @inline(__always)
    private func magnitudes(_ v: __m256) -> __m256i {
        _mm256_and_si256(_mm256_castps_si256(v), _mm256_set1_epi32(0x7fff_ffff))
    }

    /// The values times a factor, to nearest, ties to even; zeros for a factor of zero, whatever the values.
    @inline(__always)
    func rounded(_ factor: Float) -> (__m256i, __m256i, __m256i, __m256i) {
        if factor == 0 {
            let zero = _mm256_setzero_si256()
            return (zero, zero, zero, zero)
        }
        let f = _mm256_set1_ps(factor)
        return (
            _mm256_cvtps_epi32(_mm256_mul_ps(a, f)), _mm256_cvtps_epi32(_mm256_mul_ps(b, f)),
            _mm256_cvtps_epi32(_mm256_mul_ps(c, f)), _mm256_cvtps_epi32(_mm256_mul_ps(d, f))
        )
    }
}
