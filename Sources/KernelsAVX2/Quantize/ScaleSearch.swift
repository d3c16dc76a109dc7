import CIntrinsics
import Kernels

/// The scales of eight blocks; the contract is the portable one's.
///
/// Two scales are tried in one pass over the weights: a sum is one chain of additions, whose latency four chains hide. No
/// multiply-add, which would round once where the others round twice.
///
/// - Error: the same bits as the portable kernel gives.
@unsafe func searchSymmetricScales(
    _ x: UnsafePointer<SIMD8<Float>>, _ h: UnsafePointer<SIMD8<Float>>?, half: Float, reach: Float, steps: Int,
    into scales: UnsafeMutablePointer<SIMD8<Float>>
) {
    let search = unsafe SymmetricSearch(x: x, h: h, half: half)
    let (smallest, largest) = search.extremes
    let extreme = _mm256_blendv_ps(largest, smallest, isBelow(largest, negative(smallest)))
    let start = _mm256_div_ps(extreme, _mm256_set1_ps(-half))
    let plain = rounded(start)
    let mirrored = negative(plain)
    var (best, score) = (start, _mm256_setzero_ps())
    let unit = inverse(extreme)
    for index in 0..<steps {
        let beyond = reach * Float(index) / Float(steps - 1)
        let (first, second) = search.fits(
            _mm256_mul_ps(negative(unit), _mm256_set1_ps(half + beyond)),
            // The positive side has one level less.
            _mm256_mul_ps(unit, _mm256_set1_ps(half - 1 + beyond)))
        take(first, &best, &score)
        take(second, &best, &score)
    }
    for _ in 0..<2 { take(search.fit(inverse(best)), &best, &score) }

    let found = rounded(best)
    var (result, error) = (plain, search.error(plain))
    let (second, third) = (search.error(mirrored), search.error(found))
    let isSecond = isBelow(second, error)
    result = _mm256_blendv_ps(result, mirrored, isSecond)
    error = _mm256_blendv_ps(error, second, isSecond)
    result = _mm256_blendv_ps(result, found, isBelow(third, error))
    unsafe scales[0] = result
}

private typealias Fit = (xq: __m256, qq: __m256)

/// Keeps the scale of a fit where its score is the better one.
@inline(__always)
private func take(_ fit: Fit, _ best: inout __m256, _ score: inout __m256) {
    let d = _mm256_div_ps(fit.xq, fit.qq)
    let own = _mm256_mul_ps(d, fit.xq)
    // Not so for NaN: integers that are all 0.
    let isBetter = isBelow(score, own)
    best = _mm256_blendv_ps(best, d, isBetter)
    score = _mm256_blendv_ps(score, own, isBetter)
}

/// Eight blocks of 32, and the bounds of their integers.
@safe private struct SymmetricSearch {
    private let x: UnsafePointer<SIMD8<Float>>
    private let h: UnsafePointer<SIMD8<Float>>?
    private let low: __m256
    private let high: __m256

    @unsafe @inline(__always)
    init(x: UnsafePointer<SIMD8<Float>>, h: UnsafePointer<SIMD8<Float>>?, half: Float) {
        unsafe self.x = x
        unsafe self.h = h
        low = _mm256_set1_ps(-half)
        high = _mm256_set1_ps(half - 1)
    }

    var extremes: (smallest: __m256, largest: __m256) {
        @inline(__always) get {
            var (smallest, largest) = unsafe (x[0], x[0])
            for column in 1..<32 {
                smallest = unsafe _mm256_min_ps(smallest, x[column])
                largest = unsafe _mm256_max_ps(largest, x[column])
            }
            return (smallest, largest)
        }
    }

    @inline(__always)
    private func integers(_ x: __m256, _ factor: __m256) -> __m256 {
        let bounded = _mm256_min_ps(_mm256_max_ps(_mm256_mul_ps(x, factor), low), high)
        return roundToEven(bounded)
    }

    @inline(__always)
    private func weigh(_ q: __m256, _ column: Int) -> __m256 {
        guard let h = unsafe h else { return q }
        return unsafe _mm256_mul_ps(h[column], q)
    }

    /// The sums by which a scale fits the integers of a factor.
    @inline(__always)
    func fit(_ factor: __m256) -> Fit {
        var sums = (xq: _mm256_setzero_ps(), qq: _mm256_setzero_ps())
        for column in 0..<32 { unsafe add(x[column], factor, column, to: &sums) }
        return sums
    }

    @inline(__always)
    func fits(_ first: __m256, _ second: __m256) -> (Fit, Fit) {
        var a = (xq: _mm256_setzero_ps(), qq: _mm256_setzero_ps())
        var b = a
        for column in 0..<32 {
            let value = unsafe x[column]
            add(value, first, column, to: &a)
            add(value, second, column, to: &b)
        }
        return (a, b)
    }

    @inline(__always)
    private func add(_ value: __m256, _ factor: __m256, _ column: Int, to sums: inout Fit) {
        let q = integers(value, factor)
        let hq = weigh(q, column)
        sums.xq = _mm256_add_ps(sums.xq, _mm256_mul_ps(hq, value))
        sums.qq = _mm256_add_ps(sums.qq, _mm256_mul_ps(hq, q))
    }

    /// Σ h·(x − d·q)².
    @inline(__always)
    func error(_ d: __m256) -> __m256 {
        let factor = inverse(d)
        var sum = _mm256_setzero_ps()
        for column in 0..<32 {
            let value = unsafe x[column]
            let rest = _mm256_sub_ps(value, _mm256_mul_ps(d, integers(value, factor)))
            sum = _mm256_add_ps(sum, weigh(_mm256_mul_ps(rest, rest), column))
        }
        return sum
    }
}

@inline(__always)
private func negative(_ v: __m256) -> __m256 { _mm256_xor_ps(v, _mm256_set1_ps(-0.0)) }

/// 1 / v, or 0 where that is no number.
@inline(__always)
private func inverse(_ v: __m256) -> __m256 {
    let inverse = _mm256_div_ps(_mm256_set1_ps(1), v)
    let magnitude = _mm256_andnot_ps(_mm256_set1_ps(-0.0), inverse)
    return _mm256_and_ps(inverse, isBelow(magnitude, _mm256_set1_ps(.infinity)))
}

/// What f16 makes of each.
@inline(__always)
private func rounded(_ v: __m256) -> __m256 {
    _mm256_cvtph_ps(halves(v))
}
