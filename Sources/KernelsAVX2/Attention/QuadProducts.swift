import CIntrinsics
import Kernels

/// Carries the lanes of a pass into the function that is specialised for it: so many, all of one head or each of its own.
enum Lanes<let count: Int, let heads: Int> {}

/// Heads that are read side by side where each has one lane: two vectors of sums for each, eight of sixteen registers.
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

    /// - Parameter any: any address; the coefficients are to be set.
    @inline(__always)
    init(_ any: UnsafePointer<Float>) {
        unsafe coefficients = unsafe InlineArray(
            repeating: UnsafeRawPointer(any).assumingMemoryBound(to: Int16.self))
    }
}

/// Σ c · b over so many quads of a group, for every lane: two vectors of eight slots or dimensions, see ``QuantizedPage``.
///
/// A mask leaves the even bytes of a vector, a shift the odd ones; `vpmaddwd` with two coefficients broadcast then
/// sums two products into the 32-bit lane that the four bytes came in.
@inline(__always)
func quadProducts<let lanes: Int, let heads: Int>(
    _ blocks: QuantizedBlocks<lanes>, quads: Range<Int>, _ terms: QuadTerms<lanes>, _: Lanes<lanes, heads>.Type
) -> InlineArray<lanes, InlineArray<2, __m256i>> {
    var sums = InlineArray<lanes, InlineArray<2, __m256i>>(
        repeating: .init(repeating: _mm256_setzero_si256()))
    if heads == headStreams {
        // Not a loop over lanes: the compiler would leave it one, with its sums in memory.
        var (s0, s1) = unsafe (QuadStream(blocks, terms, 0), QuadStream(blocks, terms, 1))
        var (s2, s3) = unsafe (QuadStream(blocks, terms, 2), QuadStream(blocks, terms, 3))
        for quad in quads {
            unsafe s0.add(quad, notice: pagePrefetchBytes(heads))
            unsafe s1.add(quad, notice: pagePrefetchBytes(heads))
            unsafe s2.add(quad, notice: pagePrefetchBytes(heads))
            unsafe s3.add(quad, notice: pagePrefetchBytes(heads))
        }
        (sums[0], sums[1], sums[2], sums[3]) = unsafe (s0.sums, s1.sums, s2.sums, s3.sums)
        return sums
    }
    if lanes == 1 {
        var only = unsafe QuadStream(blocks, terms, 0)
        for quad in quads { unsafe only.add(quad, notice: pagePrefetchBytes(heads)) }
        sums[0] = unsafe only.sums
        return sums
    }
    for i in 0..<lanes {
        for v in 0..<2 { sums[i][v] = unsafe _mm256_set1_epi32(terms.initial[i]) }
    }
    for quad in quads {
        let row = unsafe blocks.bytes[0] + quad &* QuantizedPage.quadBytes
        let (first, second) = unsafe (WidenedBytes(row), WidenedBytes(row + 32))
        for i in 0..<lanes {
            let even = unsafe broadcastPair(terms.coefficients[i] + 4 &* quad)
            sums[i][0] = _mm256_add_epi32(sums[i][0], _mm256_madd_epi16(first.even, even))
            sums[i][1] = _mm256_add_epi32(sums[i][1], _mm256_madd_epi16(second.even, even))
            let odd = unsafe broadcastPair(terms.coefficients[i] + (4 &* quad &+ 2))
            sums[i][0] = _mm256_add_epi32(sums[i][0], _mm256_madd_epi16(first.odd, odd))
            sums[i][1] = _mm256_add_epi32(sums[i][1], _mm256_madd_epi16(second.odd, odd))
        }
    }
    return sums
}

/// A lane that has a head for itself.
@unsafe private struct QuadStream {
    private let bytes: UnsafeRawPointer
    private let coefficients: UnsafePointer<Int16>
    private(set) var sums: InlineArray<2, __m256i>

    @inline(__always)
    init<let lanes: Int>(_ blocks: QuantizedBlocks<lanes>, _ terms: QuadTerms<lanes>, _ lane: Int) {
        unsafe bytes = unsafe blocks.bytes[lane]
        unsafe coefficients = unsafe terms.coefficients[lane]
        unsafe sums = unsafe InlineArray(repeating: _mm256_set1_epi32(terms.initial[lane]))
    }

    /// - Parameter notice: how far ahead a line is asked for.
    @inline(__always)
    mutating func add(_ quad: Int, notice: Int) {
        let row = unsafe bytes + quad &* QuantizedPage.quadBytes
        unsafe prefetchLine(row + notice)
        let even = unsafe broadcastPair(coefficients + 4 &* quad)
        let odd = unsafe broadcastPair(coefficients + (4 &* quad &+ 2))
        for v in 0..<2 {
            let b = unsafe WidenedBytes(row + 32 &* v)
            let products = _mm256_add_epi32(_mm256_madd_epi16(b.even, even), _mm256_madd_epi16(b.odd, odd))
            unsafe sums[v] = unsafe _mm256_add_epi32(sums[v], products)
        }
    }
}

/// The even and the odd bytes of a vector, 16 bits each.
private struct WidenedBytes {
    let even: __m256i
    let odd: __m256i

    @inline(__always)
    init(_ row: UnsafeRawPointer) {
        let bytes = unsafe _mm256_loadu_si256(row.assumingMemoryBound(to: __m256i.self))
        even = _mm256_and_si256(bytes, _mm256_set1_epi32(0x00ff_00ff))
        odd = _mm256_srli_epi16(bytes, 8)
    }
}

/// How far ahead of itself a lane that has a head for itself asks for lines, where so many are read side by side.
///
/// One alone: 4 KiB, of which Ice Lake read 1.09 times as fast as with one; Zen 3 finds 512 bytes to 4 KiB alike. Four: as near as
/// the streams of weights have it. All lines or none: asked for every second one, Zen 3's own fetching follows that stride, and
/// reads half as fast.
@inline(__always)
private func pagePrefetchBytes(_ heads: Int) -> Int { heads == 1 ? 4096 : 512 }

/// Asks for the lines that streams of the page to come begin with, as many as they ask for ahead of themselves. To be alone with
/// them at every new page takes 3 % of the time.
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
private func broadcastPair(_ pair: UnsafePointer<Int16>) -> __m256i {
    unsafe _mm256_set1_epi32(UnsafeRawPointer(pair).loadUnaligned(as: Int32.self))
}
