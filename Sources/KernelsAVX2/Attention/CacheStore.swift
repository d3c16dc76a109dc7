import CIntrinsics
import Kernels

/// Writes keys and values of one head into a page, as floats; the contract is the portable one's, to the bit.
func storeCacheF32(_ call: CacheStoreCall) { unsafe storeCache(call, as: SingleElement.self) }

/// As ``storeCacheF32(_:)``, rounding to binary16; to the bit, but for the payload of NaN.
func storeCacheF16(_ call: CacheStoreCall) { unsafe storeCache(call, as: HalfElement.self) }

@inline(__always)
private func storeCache<Element: CacheElement>(_ call: CacheStoreCall, as element: Element.Type) {
    unsafe storeKeys(call, as: element)
    unsafe storeValues(call, as: element)
}

/// Keys stand transposed: squares of eight rows by eight dimensions turn in registers, and what is left over goes one by one,
/// as a single token's keys do.
@inline(__always)
private func storeKeys<Element: CacheElement>(_ call: CacheStoreCall, as element: Element.Type) {
    let positions = AttentionPageLayout.positions
    let page = unsafe call.keyPage.assumingMemoryBound(to: Element.self) + call.slot
    var row = 0
    while unsafe row + 8 <= call.rows {
        let source = unsafe call.keys + row * call.stride
        var d = 0
        while unsafe d + 8 <= call.headSize {
            unsafe storeSquare(source + d, stride: call.stride, to: page + (d * positions + row))
            d += 8
        }
        for row in row..<row + 8 {
            for d in unsafe d..<call.headSize {
                unsafe page[d * positions + row] = Element(rounding: call.keys[row * call.stride + d])
            }
        }
        row += 8
    }
    for row in unsafe row..<call.rows {
        let source = unsafe call.keys + row * call.stride
        for d in 0..<(unsafe call.headSize) { unsafe page[d * positions + row] = Element(rounding: source[d]) }
    }
}

@inline(__always)
private func storeValues<Element: CacheElement>(_ call: CacheStoreCall, as element: Element.Type) {
    let page = unsafe call.valuePage.assumingMemoryBound(to: Element.self)
    for row in 0..<(unsafe call.rows) {
        let source = unsafe call.values + row * call.stride
        let destination = unsafe page + (call.slot + row) * call.valueStride
        var d = 0
        while unsafe d + 8 <= call.headSize {
            unsafe Element.store8(_mm256_loadu_ps(source + d), to: destination + d)
            d += 8
        }
        for d in unsafe d..<call.headSize { unsafe destination[d] = Element(rounding: source[d]) }
    }
}

/// Eight numbers of each of eight rows become eight positions of each of eight dimensions.
@inline(__always)
private func storeSquare<Element: CacheElement>(
    _ source: UnsafePointer<Float>, stride: Int, to page: UnsafeMutablePointer<Element>
) {
    unsafe storeFour(source, stride: stride, to: page)
    unsafe storeFour(source + 4, stride: stride, to: page + 4 * AttentionPageLayout.positions)
}

/// Four dimensions of eight rows. Rows 0 to 3 and 4 to 7 are the halves of four vectors, and turn side by side.
@inline(__always)
private func storeFour<Element: CacheElement>(
    _ source: UnsafePointer<Float>, stride: Int, to page: UnsafeMutablePointer<Element>
) {
    @inline(__always)
    func rows(_ row: Int) -> __m256 {
        unsafe _mm256_loadu2_m128(source + (row + 4) * stride, source + row * stride)
    }
    let (r0, r1, r2, r3) = (rows(0), rows(1), rows(2), rows(3))
    // Dimensions 0 and 1 of rows 0 and 1, then of rows 2 and 3; dimensions 2 and 3.
    let (low01, low23) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpacklo_ps(r2, r3))
    let (high01, high23) = (_mm256_unpackhi_ps(r0, r1), _mm256_unpackhi_ps(r2, r3))
    let positions = AttentionPageLayout.positions
    unsafe Element.store8(joined(low01, low23).even, to: page)
    unsafe Element.store8(joined(low01, low23).odd, to: page + positions)
    unsafe Element.store8(joined(high01, high23).even, to: page + 2 * positions)
    unsafe Element.store8(joined(high01, high23).odd, to: page + 3 * positions)
}

/// The lower pairs of both vectors' halves, and the upper ones.
@inline(__always)
private func joined(_ a: __m256, _ b: __m256) -> (even: __m256, odd: __m256) {
    let (a, b) = (_mm256_castps_pd(a), _mm256_castps_pd(b))
    return (_mm256_castpd_ps(_mm256_unpacklo_pd(a, b)), _mm256_castpd_ps(_mm256_unpackhi_pd(a, b)))
}
