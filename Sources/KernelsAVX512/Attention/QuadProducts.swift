import CIntrinsics
import Kernels

/// Σ c · b over so many quads, for some lanes of coefficients times some vectors of sixteen slots or dimensions.
///
///     bytes          vector v of quad i at i · quadBytes + 64 · v, see ``QuantizedPage``
///     coefficients   16 bits each, of every four in the order 0 2 1 3
///     initial        what each lane's sums start with
///
/// A mask leaves the even bytes, a shift the odd ones; `vpdpwssd` with two coefficients broadcast adds two products to
/// the 32-bit lane that the four bytes came in. Two `vpdpbusd` with the halves of the coefficients would do the same work
/// in the same time.
///
/// A single lane waits for memory, so every line that it reads asks for the one 4 KiB on: pages of Phi-3-mini then come at 21.7
/// GB/s, without notice at 17.2, and with a kilobyte at 20.0 (two cores of Ice Lake, memory giving 28).
@inline(__always)
func quadProducts<let lanes: Int, let vectors: Int>(
    _ bytes: UnsafeRawPointer, quads: Range<Int>, quadBytes: Int,
    _ coefficients: InlineArray<lanes, UnsafePointer<Int16>>, initial: InlineArray<lanes, Int32>,
    _: Tile<lanes, vectors>.Type
) -> InlineArray<lanes, InlineArray<vectors, __m512i>> {
    let evenBytes = _mm512_set1_epi32(0x00ff_00ff)
    var sums = InlineArray<lanes, InlineArray<vectors, __m512i>>(
        repeating: .init(repeating: _mm512_setzero_si512()))
    for i in 0..<lanes {
        for v in 0..<vectors { sums[i][v] = _mm512_set1_epi32(initial[i]) }
    }
    for quad in quads {
        let row = unsafe bytes + quad &* quadBytes
        for v in 0..<vectors {
            if lanes == 1 { unsafe prefetchLine(row + (quadPrefetchBytes &+ 64 &* v)) }
            let b = unsafe _mm512_loadu_si512(row + 64 &* v)
            let (even, odd) = (_mm512_and_si512(b, evenBytes), _mm512_srli_epi16(b, 8))
            for i in 0..<lanes {
                sums[i][v] = unsafe _mm512_dpwssd_epi32(sums[i][v], even, broadcastPair(coefficients[i] + 4 &* quad))
            }
            for i in 0..<lanes {
                sums[i][v] = unsafe _mm512_dpwssd_epi32(
                    sums[i][v], odd, broadcastPair(coefficients[i] + (4 &* quad &+ 2)))
            }
        }
    }
    return sums
}

/// Lines of one query's pages that are under way.
@inline(__always)
private var quadPrefetchBytes: Int { 4096 }

/// Two coefficients for every 32-bit lane.
@inline(__always)
private func broadcastPair(_ pair: UnsafePointer<Int16>) -> __m512i {
    unsafe _mm512_set1_epi32(UnsafeRawPointer(pair).loadUnaligned(as: Int32.self))
}
