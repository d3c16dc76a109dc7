import CIntrinsics
import Kernels

/// Multiplies signed 8-bit weights with one scale per 32 columns (Q8_0, Q5_0, IQ4_NL, int8) with 16-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · Σ q[r][c] · x[t][c]
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name. Here each
/// half of a vector is widened to 16 bits, a 64-bit lane being four columns of a row, and multiplied by `vpmaddwd`
/// with four activations broadcast from memory. One `vphaddd` after the block joins the two halves in row order.
@unsafe func multiplyByteTile(_ call: TileCall) {
    unsafe multiplyBytes(call, PlainScales.self)
}

/// As ``multiplyByteTile(_:)`` with a minimum for each scale (Q5_1): w = d·q + m.
@unsafe func multiplyByteMinTile(_ call: TileCall) {
    unsafe multiplyBytes(call, ScalesAndMinimums.self)
}

/// As ``multiplyByteTile(_:)`` with two-level scales and minimums (Q5_K, IQ4_XS): w = (d·a)·q + m·b.
@unsafe func multiplyByteKTile(_ call: TileCall) {
    unsafe multiplyBytes(call, KScales.self)
}

/// As ``multiplyByteTile(_:)`` with two-level scales, the lower one for 16 columns (Q6_K, Q3_K): w = (d·a)·q.
@unsafe func multiplyByteK16Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16Scales.self)
}

/// As ``multiplyByteK16Tile(_:)`` with minimums (Q2_K): w = (d·a)·q + m·b.
@unsafe func multiplyByteK16MinTile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16ScalesAndMinimums.self)
}

@unsafe @inline(__always)
private func multiplyBytes<Scales: TileScales>(_ call: TileCall, _: Scales.Type) {
    let all = unsafe 0..<call.groups
    switch unsafe call.tokens {
    case 1:
        let (side, rest) = unsafe call.groupsSideBySide
        unsafe multiplyBytes(call, Scales.self, Tokens<1>.self, Streams<4>.self, groups: side)
        unsafe multiplyBytes(call, Scales.self, Tokens<1>.self, Streams<1>.self, groups: rest)
    case 2: unsafe multiplyBytes(call, Scales.self, Tokens<2>.self, Streams<1>.self, groups: all)
    case 3: unsafe multiplyBytes(call, Scales.self, Tokens<3>.self, Streams<1>.self, groups: all)
    default: unsafe multiplyBytes(call, Scales.self, Tokens<4>.self, Streams<1>.self, groups: all)
    }
}

/// The products of some groups, a whole number for each stream.
@unsafe @inline(__always)
private func multiplyBytes<Scales: TileScales, let tokens: Int, let streams: Int>(
    _ call: TileCall, _: Scales.Type, _: Tokens<tokens>.Type, _: Streams<streams>.Type, groups: Range<Int>
) {
    let stride = ActivationBlock.int16
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    let run = groups.count / streams
    let distance = unsafe run &* call.groupBytes
    // Vectors of four columns that share a scale, and how many such parts a block has.
    let vectors = Scales.scaleColumns / 4
    let halves = Scales.perBlock
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeroIntegers = InlineArray<streams, InlineArray<tokens, __m256i>>(
        repeating: .init(repeating: _mm256_setzero_si256()))
    let zeroSums = InlineArray<streams, InlineArray<tokens, __m256>>(repeating: .init(repeating: _mm256_setzero_ps()))
    for group in groups.lowerBound..<groups.lowerBound + run {
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations
        var sums = zeroSums
        var block = 0
        while block < blocks {
            let scaleHeader = unsafe w
            unsafe w += Scales.headerBytes
            let end = min(block &+ blocksPerHeader, blocks)
            while block < end {
                block &+= 1
                let header = unsafe w
                unsafe w += Scales.blockHeaderBytes
                for s in 0..<streams {
                    unsafe prefetchBlock(w + s &* distance, isAlone: streams == 1)
                    unsafe prefetchBlock(w + (s &* distance &+ 128), isAlone: streams == 1)
                }
                for half in 0..<halves {
                    var lower = zeroIntegers
                    var upper = zeroIntegers
                    for v in half * vectors..<(half + 1) * vectors {
                        for s in 0..<streams {
                            let bytes = unsafe (w + (s &* distance &+ 32 &* v)).assumingMemoryBound(to: __m128i.self)
                            let low = unsafe _mm256_cvtepi8_epi16(_mm_loadu_si128(bytes))
                            let high = unsafe _mm256_cvtepi8_epi16(_mm_loadu_si128(bytes + 1))
                            for t in 0..<tokens {
                                let columns = unsafe broadcastWords(
                                    x + (t &* stride &+ ActivationBlock.header &+ 8 &* v))
                                lower[s][t] = _mm256_add_epi32(lower[s][t], _mm256_madd_epi16(low, columns))
                                upper[s][t] = _mm256_add_epi32(upper[s][t], _mm256_madd_epi16(high, columns))
                            }
                        }
                    }
                    for s in 0..<streams {
                        let scales = unsafe Scales(header: scaleHeader + s &* distance)
                        let scale = unsafe scales.scale(header + s &* distance, half: half)
                        for t in 0..<tokens {
                            let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                            let sum = _mm256_cvtepi32_ps(_mm256_hadd_epi32(lower[s][t], upper[s][t]))
                            let factor = unsafe _mm256_mul_ps(scale, _mm256_broadcast_ss(about))
                            sums[s][t] = _mm256_fmadd_ps(sum, factor, sums[s][t])
                        }
                    }
                }
                for s in 0..<streams where Scales.hasMinimum {
                    let scales = unsafe Scales(header: scaleHeader + s &* distance)
                    for half in 0..<halves {
                        let minimum = unsafe scales.minimum(header + s &* distance, half: half)
                        for t in 0..<tokens {
                            let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                            let sum = unsafe _mm256_broadcast_ss(about + (halves == 1 ? 3 : 1 + half))
                            sums[s][t] = _mm256_fmadd_ps(minimum, sum, sums[s][t])
                        }
                    }
                }
                unsafe w += 256
                unsafe x += tokens &* stride
            }
        }
        unsafe storeStreams(sums, of: call, group: group, run: run)
    }
}

/// Four activations for every row.
@unsafe @inline(__always)
private func broadcastWords(_ p: UnsafeRawPointer) -> __m256i {
    unsafe _mm256_set1_epi64x(p.loadUnaligned(as: Int64.self))
}
