import CIntrinsics
import Kernels

/// Multiplies signed 8-bit weights with one scale per 32 columns (Q8_0, Q5_0, IQ4_NL, int8) with 8-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · Σ q[r][c] · x[t][c]
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name. Here the sign of
/// a weight goes over to its activation (`vpsignb`), so that `vpmaddubsw` can multiply its magnitude with four
/// activations broadcast from memory: 2·128·127 fits into the 16 bits of a pair. `vpmaddwd` with ones joins the pairs of
/// a row. The rows stay in the order of their slots until the end; the scales, which serve all tokens, are brought to it.
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
    case 1: unsafe multiplyBytes(call, Scales.self, Tokens<1>.self)
    case 2: unsafe multiplyBytes(call, Scales.self, Tokens<2>.self)
    case 3: unsafe multiplyBytes(call, Scales.self, Tokens<3>.self)
    case 4: unsafe multiplyBytes(call, Scales.self, Tokens<4>.self)
    // More than four would not fit into the registers: two passes over the weights.
    case 5:
        unsafe multiplyBytes(call, Scales.self, Tokens<3>.self)
        unsafe multiplyBytes(call, Scales.self, Tokens<2>.self, first: 3)
    default:
        unsafe multiplyBytes(call, Scales.self, Tokens<3>.self)
        unsafe multiplyBytes(call, Scales.self, Tokens<3>.self, first: 3)
    }
}

@unsafe @inline(__always)
private func multiplyBytes<Scales: TileScales, let tokens: Int>(
    _ call: TileCall, _: Scales.Type, _: Tokens<tokens>.Type, first: Int = 0
) {
    let stride = ActivationBlock.int8
    let panel = unsafe call.tokens &* stride
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    // Vectors of four columns that share a scale, and how many such parts a block has.
    let vectors = Scales.scaleColumns / 4
    let halves = Scales.perBlock
    let ones = _mm256_set1_epi16(1)
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeroIntegers = InlineArray<tokens, __m256i>(repeating: _mm256_setzero_si256())
    let zeroSums = InlineArray<tokens, __m256>(repeating: _mm256_setzero_ps())
    for group in unsafe 0..<call.groups {
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations + first &* stride
        var sums = zeroSums
        var block = 0
        while block < blocks {
            let scales = unsafe Scales(header: w)
            unsafe w += Scales.headerBytes
            let end = min(block &+ blocksPerHeader, blocks)
            while block < end {
                block &+= 1
                let header = unsafe w
                unsafe w += Scales.blockHeaderBytes
                for line in 0..<4 { unsafe prefetchLine(w + prefetchBytes + 64 * line) }
                for half in 0..<halves {
                    var integers = zeroIntegers
                    for v in half * vectors..<(half + 1) * vectors {
                        let bytes = unsafe _mm256_loadu_si256((w + 32 * v).assumingMemoryBound(to: __m256i.self))
                        let magnitudes = _mm256_abs_epi8(bytes)
                        for t in 0..<tokens {
                            let columns = unsafe broadcast(x + (t &* stride &+ ActivationBlock.header &+ 4 &* v))
                            let pairs = _mm256_maddubs_epi16(magnitudes, _mm256_sign_epi8(columns, bytes))
                            integers[t] = _mm256_add_epi32(integers[t], _mm256_madd_epi16(pairs, ones))
                        }
                    }
                    let scale = unsafe inSlots(scales.scale(header, half: half))
                    for t in 0..<tokens {
                        let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                        let factor = unsafe _mm256_mul_ps(scale, _mm256_broadcast_ss(about))
                        sums[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(integers[t]), factor, sums[t])
                    }
                }
                if Scales.hasMinimum {
                    for half in 0..<halves {
                        let minimum = unsafe inSlots(scales.minimum(header, half: half))
                        for t in 0..<tokens {
                            let sum = unsafe sum(x + t &* stride, half: halves == 1 ? -1 : half)
                            sums[t] = _mm256_fmadd_ps(minimum, sum, sums[t])
                        }
                    }
                }
                unsafe w += 256
                unsafe x += panel
            }
        }
        for t in 0..<tokens {
            unsafe storeTile(
                inSlots(sums[t]), to: call.output + (first + t) * call.outputStride + 8 * group,
                rows: call.rows - 8 * group,
                accumulates: call.accumulates)
        }
    }
}

/// Scale·Σ over a block (−1), or over one of its halves, for every row.
@unsafe @inline(__always)
private func sum(_ block: UnsafeRawPointer, half: Int) -> __m256 {
    if half < 0 { return unsafe _mm256_set1_ps(block.loadUnaligned(fromByteOffset: 4, as: Float.self)) }
    let first = unsafe block.loadUnaligned(fromByteOffset: 12, as: Int32.self)
    let integer = half == 0 ? first : unsafe block.loadUnaligned(fromByteOffset: 8, as: Int32.self) &- first
    return unsafe _mm256_set1_ps(Float(integer) * (block.loadUnaligned(as: Float.self) * -0.125))
}
