import CIntrinsics
import Kernels

/// Carries the lanes of a pass into the function that is specialised for it: so many, all of one head or each of its own.
enum Lanes<let count: Int, let heads: Int> {}

/// Heads that are read side by side where each has one lane.
@inline(__always)
var headStreams: Int { 4 }

/// Where the quads of each lane stand: lanes of one head have the same.
@unsafe struct QuantizedBlocks<let lanes: Int> {
    var bytes: InlineArray<lanes, UnsafeRawPointer>

    /// - Parameter stride: bytes from one lane's to the next one's.
    @inline(__always)
    init(_ first: UnsafeRawPointer, _ stride: Int) {
        unsafe bytes = InlineArray(repeating: first)
        for i in 0..<lanes { unsafe bytes[i] = unsafe first + i &* stride }
    }

    @inline(__always)
    func advanced(by count: Int) -> Self {
        var moved = unsafe self
        for i in 0..<lanes { unsafe moved.bytes[i] += count }
        return unsafe moved
    }

    /// Asks for the lines ahead of a block's scales, as ``quadProducts(_:quads:_:_:)`` does for those of its quads: a stream
    /// with holes is none.
    @inline(__always)
    func prefetchScales<let heads: Int>(_: Lanes<lanes, heads>.Type) {
        guard lanes == heads else { return }
        for i in 0..<lanes {
            for line in stride(from: 0, to: QuantizedPage.scaleBytes, by: 64) {
                unsafe prefetchLine(bytes[i] + (pagePrefetchBytes(heads) &+ line))
            }
        }
    }
}

/// What each lane's sums start with, and what its quads are multiplied by: 16 bits each, of every four in the order 0 2 1 3.
@unsafe struct QuadTerms<let lanes: Int> {
    var initial = InlineArray<lanes, Int32>(repeating: 0)
    var coefficients: InlineArray<lanes, UnsafePointer<Int16>>

    /// - Parameter any: as many readable quads as will be asked for; the coefficients are to be set.
    @inline(__always)
    init(_ any: UnsafePointer<Float>) {
        unsafe coefficients = unsafe InlineArray(
            repeating: UnsafeRawPointer(any).assumingMemoryBound(to: Int16.self))
    }
}

/// Σ c · b over so many quads of a group, for every lane: a vector of sixteen slots or dimensions, see ``QuantizedPage``.
///
/// A mask leaves the even bytes, a shift the odd ones; `vpdpwssd` with two coefficients broadcast adds two products to
/// the 32-bit lane that the four bytes came in. Two `vpdpbusd` with the halves of the coefficients would do the same work
/// in the same time. Lanes that have a head for themselves are few: each has a sum for the even bytes and one for the odd.
@inline(__always)
func quadProducts<let lanes: Int, let heads: Int>(
    _ blocks: QuantizedBlocks<lanes>, quads: Range<Int>, _ terms: QuadTerms<lanes>, _: Lanes<lanes, heads>.Type
) -> InlineArray<lanes, __m512i> {
    let evenBytes = _mm512_set1_epi32(0x00ff_00ff)
    var sums = InlineArray<lanes, __m512i>(repeating: _mm512_setzero_si512())
    for i in 0..<lanes { sums[i] = unsafe _mm512_set1_epi32(terms.initial[i]) }
    if lanes == heads {
        var odds = InlineArray<lanes, __m512i>(repeating: _mm512_setzero_si512())
        for quad in quads {
            for i in 0..<lanes {
                let row = unsafe blocks.bytes[i] + quad &* QuantizedPage.quadBytes
                unsafe prefetchLine(row + pagePrefetchBytes(heads))
                let b = unsafe _mm512_loadu_si512(row)
                let pairs = unsafe terms.coefficients[i] + 4 &* quad
                sums[i] = unsafe _mm512_dpwssd_epi32(sums[i], _mm512_and_si512(b, evenBytes), broadcastPair(pairs))
                odds[i] = unsafe _mm512_dpwssd_epi32(odds[i], _mm512_srli_epi16(b, 8), broadcastPair(pairs + 2))
            }
        }
        for i in 0..<lanes { sums[i] = _mm512_add_epi32(sums[i], odds[i]) }
        return sums
    }
    for quad in quads {
        let b = unsafe _mm512_loadu_si512(blocks.bytes[0] + quad &* QuantizedPage.quadBytes)
        let (even, odd) = (_mm512_and_si512(b, evenBytes), _mm512_srli_epi16(b, 8))
        for i in 0..<lanes {
            sums[i] = unsafe _mm512_dpwssd_epi32(sums[i], even, broadcastPair(terms.coefficients[i] + 4 &* quad))
        }
        for i in 0..<lanes {
            sums[i] = unsafe _mm512_dpwssd_epi32(
                sums[i], odd, broadcastPair(terms.coefficients[i] + (4 &* quad &+ 2)))
        }
    }
    return sums
}

/// How far ahead of itself a lane that has a head for itself asks for lines, where so many are read side by side.
///
/// One alone: pages of Phi-3-mini come at 21.7 GB/s with 4 KiB, without notice at 17.2, and with a kilobyte at 20.0 (two cores of
/// Ice Lake, memory giving 28). Four: as the narrower set.
@inline(__always)
private func pagePrefetchBytes(_ heads: Int) -> Int { heads == 1 ? 4096 : 512 }

/// Asks for the lines that streams of the page to come begin with, as many as they ask for ahead of themselves.
@inline(__always)
func prefetchStreams(_ first: UnsafeRawPointer, _ stride: Int) {
    for i in 0..<headStreams {
        for offset in Swift.stride(from: 0, to: pagePrefetchBytes(headStreams), by: 64) {
            unsafe prefetchLine(first + (i &* stride &+ offset))
        }
    }
}

/// Two coefficients for every 32-bit lane.
@inline(__always)
private func broadcastPair(_ pair: UnsafePointer<Int16>) -> __m512i {
    unsafe _mm512_set1_epi32(UnsafeRawPointer(pair).loadUnaligned(as: Int32.self))
}
