import CIntrinsics
import Kernels

/// Multiplies signed 8-bit weights with one scale per 32 columns (Q8_0, Q5_0, IQ4_NL, int8) with 16-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · Σ q[r][c] · x[t][c]
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name. Here the bytes of
/// two groups are widened to 16 bits and dealt to vectors that hold two columns of sixteen rows, a row a lane; one
/// `vpdpwssd` multiplies them with two activations broadcast from memory and adds them to the rows' integers. The
/// widening and dealing, two instructions a vector, is shared by all tokens of a pass.
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
    switch unsafe call.tokens {
    // Calls of one or two go to a narrower set.
    case 3: unsafe multiplyBytes(call, Scales.self, Tokens<3>.self)
    case 4: unsafe multiplyBytes(call, Scales.self, Tokens<4>.self)
    case 5: unsafe multiplyBytes(call, Scales.self, Tokens<5>.self)
    case 6: unsafe multiplyBytes(call, Scales.self, Tokens<6>.self)
    case 7: unsafe multiplyBytes(call, Scales.self, Tokens<7>.self)
    default: unsafe multiplyBytes(call, Scales.self, Tokens<8>.self)
    }
}

@unsafe @inline(__always)
private func multiplyBytes<Scales: TileScales, let tokens: Int>(
    _ call: TileCall, _: Scales.Type, _: Tokens<tokens>.Type
) {
    let stride = ActivationBlock.int16
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    // Vectors of four columns that share a scale, and how many such parts a block has.
    let vectors = Scales.scaleColumns / 4
    let halves = Scales.perBlock
    // Where the first two columns of each row stand, and the other two, from the last row to the first; see
    // `TileLayout.byteRow`.
    let firstColumns = _mm512_set_epi32(30, 28, 22, 20, 26, 24, 18, 16, 14, 12, 6, 4, 10, 8, 2, 0)
    let lastColumns = _mm512_set_epi32(31, 29, 23, 21, 27, 25, 19, 17, 15, 13, 7, 5, 11, 9, 3, 1)
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeroIntegers = InlineArray<tokens, __m512i>(repeating: _mm512_setzero_si512())
    let zeroSums = InlineArray<tokens, __m512>(repeating: _mm512_setzero_ps())
    var group = 0
    while unsafe group < call.groups {
        let pair = unsafe GroupPair(call, first: group)
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations
        var sums = zeroSums
        var block = 0
        while block < blocks {
            let scales = unsafe Scales(header: w, pair)
            unsafe w += Scales.headerBytes
            let end = min(block &+ blocksPerHeader, blocks)
            while block < end {
                block &+= 1
                let header = unsafe w
                unsafe w += Scales.blockHeaderBytes
                unsafe pair.prefetch(w, lines: 4)
                for half in 0..<halves {
                    var integers = zeroIntegers
                    for v in half * vectors..<(half + 1) * vectors {
                        let bytes = unsafe (w + 32 &* v).assumingMemoryBound(to: __m256i.self)
                        let twins = unsafe (w + (pair.distance &+ 32 &* v)).assumingMemoryBound(to: __m256i.self)
                        let words = unsafe _mm512_cvtepi8_epi16(_mm256_loadu_si256(bytes))
                        let twinWords = unsafe _mm512_cvtepi8_epi16(_mm256_loadu_si256(twins))
                        let first = _mm512_permutex2var_epi32(words, firstColumns, twinWords)
                        let last = _mm512_permutex2var_epi32(words, lastColumns, twinWords)
                        for t in 0..<tokens {
                            let columns = unsafe x + (t &* stride &+ ActivationBlock.header &+ 8 &* v)
                            integers[t] = unsafe _mm512_dpwssd_epi32(integers[t], first, broadcast(columns))
                        }
                        for t in 0..<tokens {
                            let columns = unsafe x + (t &* stride &+ ActivationBlock.header &+ 4 &+ 8 &* v)
                            integers[t] = unsafe _mm512_dpwssd_epi32(integers[t], last, broadcast(columns))
                        }
                    }
                    let scale = unsafe scales.scale(header, pair, half: half)
                    for t in 0..<tokens {
                        let factor = unsafe _mm512_mul_ps(scale, broadcastFloat(x + t &* stride))
                        sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(integers[t]), factor, sums[t])
                    }
                }
                if Scales.hasMinimum {
                    for half in 0..<halves {
                        let minimum = unsafe scales.minimum(header, pair, half: half)
                        let offset = halves == 1 ? 12 : 4 &+ 4 &* half
                        for t in 0..<tokens {
                            sums[t] = unsafe _mm512_fmadd_ps(
                                minimum, broadcastFloat(x + (t &* stride &+ offset)), sums[t])
                        }
                    }
                }
                unsafe w += 256
                unsafe x += tokens &* stride
            }
        }
        for t in 0..<tokens {
            unsafe storeTile(
                sums[t], to: call.output + t * call.outputStride + 8 * group,
                rows: min(call.rows, 8 * call.groups) - 8 * group, accumulates: call.accumulates)
        }
        group += 2
    }
}
