import CIntrinsics
import Kernels

/// Multiplies 4-bit weights with one scale per 32 columns, centred on 8 (Q4_0, int4), with 16-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · (256·Σ q[r][c] · h[t][c] + Σ q[r][c] · l[t][c] − 8·Σ x[t][c])
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name. As in the kernel for
/// 8-bit activations, sixteen rows share a vector and `vpdpbusd` does the products; the sums of the high bytes are shifted
/// by 8, and those of the low ones are added on top: for each token and block sixteen products, two operations of floats
/// and a shift, where two tokens of 8 bits would take four of floats.
@unsafe func multiplyNibbleInt16Tile(_ call: TileCall) {
    unsafe multiplyNibbles(call, PlainScales.self)
}

/// As ``multiplyNibbleInt16Tile(_:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func multiplyNibbleMinInt16Tile(_ call: TileCall) {
    unsafe multiplyNibbles(call, ScalesAndMinimums.self)
}

/// As ``multiplyNibbleInt16Tile(_:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
@unsafe func multiplyNibbleKInt16Tile(_ call: TileCall) {
    unsafe multiplyNibbles(call, KScales.self)
}

@unsafe @inline(__always)
private func multiplyNibbles<Scales: TileScales>(_ call: TileCall, _: Scales.Type) {
    switch unsafe call.tokens {
    // Calls of one or two go to a narrower set.
    case 3: unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self)
    case 4: unsafe multiplyNibbles(call, Scales.self, Tokens<4>.self)
    case 5: unsafe multiplyNibbles(call, Scales.self, Tokens<5>.self)
    case 6: unsafe multiplyNibbles(call, Scales.self, Tokens<6>.self)
    case 7: unsafe multiplyNibbles(call, Scales.self, Tokens<7>.self)
    default: unsafe multiplyNibbles(call, Scales.self, Tokens<8>.self)
    }
}

@unsafe @inline(__always)
private func multiplyNibbles<Scales: TileScales, let tokens: Int>(
    _ call: TileCall, _: Scales.Type, _: Tokens<tokens>.Type
) {
    let mask = _mm512_set1_epi8(0x0f)
    let stride = ActivationBlock.split
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
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
                unsafe pair.prefetch(w, lines: 2)
                var integers = zeroIntegers
                unsafe addProducts(w, pair, x + ActivationBlock.header, mask, to: &integers)
                for t in 0..<tokens {
                    integers[t] = _mm512_slli_epi32(integers[t], 8)
                    if !Scales.hasMinimum {
                        integers[t] = unsafe _mm512_add_epi32(integers[t], broadcast(x + (t &* stride &+ 8)))
                    }
                }
                unsafe addProducts(w, pair, x + ActivationBlock.lowBytes, mask, to: &integers)
                let scale = unsafe scales.scale(header, pair, half: 0)
                let minimum = unsafe scales.minimum(header, pair, half: 0)
                for t in 0..<tokens {
                    let factor = unsafe _mm512_mul_ps(scale, broadcastFloat(x + t &* stride))
                    sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(integers[t]), factor, sums[t])
                    if Scales.hasMinimum {
                        sums[t] = unsafe _mm512_fmadd_ps(minimum, broadcastFloat(x + (t &* stride &+ 4)), sums[t])
                    }
                }
                unsafe w += 128
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

/// Adds the products of a block of nibbles with 32 bytes of each token to the rows' integers.
///
/// Unpacking again for the low bytes costs a tenth of the products; holding eight more vectors would spill sums.
@unsafe @inline(__always)
private func addProducts<let tokens: Int>(
    _ w: UnsafeRawPointer, _ pair: GroupPair, _ x: UnsafeRawPointer, _ mask: __m512i,
    to integers: inout InlineArray<tokens, __m512i>
) {
    for v in 0..<4 {
        let bytes = unsafe pair.load64(w + 32 &* v)
        let low = _mm512_and_si512(bytes, mask)
        let high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask)
        for t in 0..<tokens {
            let columns = unsafe x + (t &* ActivationBlock.split &+ 4 &* v)
            integers[t] = unsafe _mm512_dpbusd_epi32(integers[t], low, broadcast(columns))
        }
        for t in 0..<tokens {
            let columns = unsafe x + (t &* ActivationBlock.split &+ 16 &+ 4 &* v)
            integers[t] = unsafe _mm512_dpbusd_epi32(integers[t], high, broadcast(columns))
        }
    }
}
