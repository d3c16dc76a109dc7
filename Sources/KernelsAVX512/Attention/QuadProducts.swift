import CIntrinsics
import Kernels

/// Σ c · b over so many quads, for eight lanes of coefficients times sixteen slots or dimensions.
///
///     bytes          those of quad i at i · quadBytes, see ``QuantizedPage``
///     coefficients   16 bits each, of every four in the order 0 2 1 3
///     initial        what each lane's sums start with
///
/// A mask leaves the even bytes, a shift the odd ones; `vpdpwssd` with two coefficients broadcast adds two products to
/// the 32-bit lane that the four bytes came in. Two `vpdpbusd` with the halves of the coefficients would do the same work
/// in the same time.
@inline(__always)
func quadProducts(
    _ bytes: UnsafeRawPointer, quads: Range<Int>, quadBytes: Int, _ coefficients: InlineArray<8, UnsafePointer<Int16>>,
    initial: InlineArray<8, Int32>
) -> InlineArray<8, __m512i> {
    let evenBytes = _mm512_set1_epi32(0x00ff_00ff)
    var sums = InlineArray<8, __m512i>(repeating: _mm512_setzero_si512())
    for i in 0..<8 { sums[i] = _mm512_set1_epi32(initial[i]) }
    for quad in quads {
        let b = unsafe _mm512_loadu_si512(bytes + quad &* quadBytes)
        let (even, odd) = (_mm512_and_si512(b, evenBytes), _mm512_srli_epi16(b, 8))
        for i in 0..<8 {
            sums[i] = unsafe _mm512_dpwssd_epi32(sums[i], even, broadcastPair(coefficients[i] + 4 &* quad))
        }
        for i in 0..<8 {
            sums[i] = unsafe _mm512_dpwssd_epi32(sums[i], odd, broadcastPair(coefficients[i] + (4 &* quad &+ 2)))
        }
    }
    return sums
}

/// Two coefficients for every 32-bit lane.
@inline(__always)
private func broadcastPair(_ pair: UnsafePointer<Int16>) -> __m512i {
    unsafe _mm512_set1_epi32(UnsafeRawPointer(pair).loadUnaligned(as: Int32.self))
}
