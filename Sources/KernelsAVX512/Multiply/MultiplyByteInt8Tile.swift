import CIntrinsics
import Kernels

/// Multiplies signed 8-bit weights with one scale per 32 columns (Q8_0, Q5_0, IQ4_NL, int8) with 8-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · (Σ (q[r][c] + 128) · x[t][c] − 128·Σ x[t][c])
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name. Here two groups
/// share a vector, a row a lane; turning the top bit of a weight adds 128 to it, and one `vpdpbusd` then multiplies four
/// columns of sixteen rows with four activations broadcast from memory and adds them to the rows' integers, which begin
/// at −128·Σ x. The rows stay in the order of their slots until the end; the scales, which serve all tokens, are brought
/// to it. Twice the speed of the kernel for 16-bit activations.
@unsafe func multiplyByteInt8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, PlainScales.self)
}

/// As ``multiplyByteInt8Tile(_:)`` with a minimum for each scale (Q5_1): w = d·q + m.
@unsafe func multiplyByteMinInt8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, ScalesAndMinimums.self)
}

/// As ``multiplyByteInt8Tile(_:)`` with two-level scales and minimums (Q5_K, IQ4_XS): w = (d·a)·q + m·b.
@unsafe func multiplyByteKInt8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, KScales.self)
}

/// As ``multiplyByteInt8Tile(_:)`` with two-level scales, the lower one for 16 columns (Q6_K, Q3_K): w = (d·a)·q.
@unsafe func multiplyByteK16Int8Tile(_ call: TileCall) {
    unsafe multiplyBytes(call, K16Scales.self)
}

/// As ``multiplyByteK16Int8Tile(_:)`` with minimums (Q2_K): w = (d·a)·q + m·b.
@unsafe func multiplyByteK16MinInt8Tile(_ call: TileCall) {
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
    let stride = ActivationBlock.int8
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    // Vectors of four columns that share a scale, and how many such parts a block has.
    let vectors = Scales.scaleColumns / 4
    let halves = Scales.perBlock
    let topBits = _mm512_set1_epi8(-128)
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
                    let part = halves == 1 ? BlockPart.whole : .half(half)
                    var integers = zeroIntegers
                    for t in 0..<tokens {
                        // −128·Σx.
                        integers[t] = unsafe _mm512_slli_epi32(negatedSums(x + t &* stride, part), 4)
                    }
                    for v in half * vectors..<(half + 1) * vectors {
                        let unsigned = unsafe _mm512_xor_si512(pair.load64(w + 32 &* v), topBits)
                        for t in 0..<tokens {
                            let columns = unsafe x + (t &* stride &+ ActivationBlock.header &+ 4 &* v)
                            integers[t] = unsafe _mm512_dpbusd_epi32(integers[t], unsigned, broadcast(columns))
                        }
                    }
                    let scale = unsafe inSlots(scales.scale(header, pair, half: half))
                    for t in 0..<tokens {
                        let factor = unsafe _mm512_mul_ps(scale, broadcastFloat(x + t &* stride))
                        sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(integers[t]), factor, sums[t])
                    }
                }
                if Scales.hasMinimum {
                    for half in 0..<halves {
                        let minimum = unsafe inSlots(scales.minimum(header, pair, half: half))
                        for t in 0..<tokens {
                            let sum = unsafe scaledSum(x + t &* stride, halves == 1 ? .whole : .half(half))
                            sums[t] = _mm512_fmadd_ps(minimum, sum, sums[t])
                        }
                    }
                }
                unsafe w += 256
                unsafe x += tokens &* stride
            }
        }
        for t in 0..<tokens {
            unsafe storeTile(
                inSlots(sums[t]), to: call.output + t * call.outputStride + 8 * group,
                rows: min(call.rows, 8 * call.groups) - 8 * group, accumulates: call.accumulates)
        }
        group += 2
    }
}

/// From the order of the rows to that of their slots (`TileLayout.byteRow`), or back.
@inline(__always)
private func inSlots(_ v: __m512) -> __m512 {
    _mm512_permutexvar_ps(_mm512_set_epi32(15, 14, 11, 10, 13, 12, 9, 8, 7, 6, 3, 2, 5, 4, 1, 0), v)
}
