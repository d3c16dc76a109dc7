import CIntrinsics
import Kernels

/// Multiplies 4-bit weights with one scale per 32 columns, centred on 8 (Q4_0, int4), with 8-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · (Σ q[r][c] · x[t][c] − 8·Σ x[t][c])
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name. Here a
/// 32-bit lane holds four columns of a row; `vpmaddubsw` multiplies them with four activations broadcast from
/// memory, and the eight vectors of a block are summed in 16 bits before one `vpmaddwd` makes the row's integer of it.
/// The sums begin at the lane's own part of −8·Σ x; whatever wraps on the way, they end within 8 · 2 · 8 · 120 = 15,360, and
/// without the 8, with minimums, within 8 · 2 · 15 · 120 = 28,800. The float sum uses fused multiply-adds.
@unsafe func multiplyNibbleTile(_ call: TileCall) {
    unsafe multiplyNibbles(call, PlainScales.self)
}

/// As ``multiplyNibbleTile(_:)`` with a minimum for each scale (Q4_1): w = d·q + m.
@unsafe func multiplyNibbleMinTile(_ call: TileCall) {
    unsafe multiplyNibbles(call, ScalesAndMinimums.self)
}

/// As ``multiplyNibbleTile(_:)`` with two-level scales and minimums (Q4_K): w = (d·a)·q + m·b.
@unsafe func multiplyNibbleKTile(_ call: TileCall) {
    unsafe multiplyNibbles(call, KScales.self)
}

@unsafe @inline(__always)
private func multiplyNibbles<Scales: TileScales>(_ call: TileCall, _: Scales.Type) {
    switch unsafe call.tokens {
    case 1: unsafe multiplyNibbles(call, Scales.self, Tokens<1>.self)
    case 2: unsafe multiplyNibbles(call, Scales.self, Tokens<2>.self)
    case 3: unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self)
    case 4: unsafe multiplyNibbles(call, Scales.self, Tokens<4>.self)
    // More than four would not fit into the registers: two passes over the weights.
    case 5:
        unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self)
        unsafe multiplyNibbles(call, Scales.self, Tokens<2>.self, first: 3)
    default:
        unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self)
        unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self, first: 3)
    }
}

@unsafe @inline(__always)
private func multiplyNibbles<Scales: TileScales, let tokens: Int>(
    _ call: TileCall, _: Scales.Type, _: Tokens<tokens>.Type, first: Int = 0
) {
    let mask = _mm256_set1_epi8(0x0f)
    let ones = _mm256_set1_epi16(1)
    let stride = ActivationBlock.int8
    let panel = unsafe call.tokens &* stride
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
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
                unsafe prefetchLine(w + prefetchBytes)
                unsafe prefetchLine(w + prefetchBytes + 64)
                var integers = zeroIntegers
                if !Scales.hasMinimum {
                    for t in 0..<tokens {
                        integers[t] = unsafe broadcast(x + (t &* stride &+ ActivationBlock.laneSums))
                    }
                }
                for v in 0..<4 {
                    let bytes = unsafe _mm256_loadu_si256((w + 32 * v).assumingMemoryBound(to: __m256i.self))
                    let low = _mm256_and_si256(bytes, mask)
                    let high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask)
                    for t in 0..<tokens {
                        let columns = unsafe x + (t &* stride &+ ActivationBlock.header &+ 4 &* v)
                        let first = unsafe _mm256_maddubs_epi16(low, broadcast(columns))
                        let second = unsafe _mm256_maddubs_epi16(high, broadcast(columns + 16))
                        integers[t] = _mm256_add_epi16(integers[t], _mm256_add_epi16(first, second))
                    }
                }
                let scale = unsafe scales.scale(header, half: 0)
                let minimum = unsafe scales.minimum(header, half: 0)
                for t in 0..<tokens {
                    let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                    let sum = _mm256_madd_epi16(integers[t], ones)
                    let factor = unsafe _mm256_mul_ps(scale, _mm256_broadcast_ss(about))
                    sums[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), factor, sums[t])
                    if Scales.hasMinimum {
                        sums[t] = unsafe _mm256_fmadd_ps(minimum, _mm256_broadcast_ss(about + 1), sums[t])
                    }
                }
                unsafe w += 128
                unsafe x += panel
            }
        }
        for t in 0..<tokens {
            unsafe storeTile(
                sums[t], to: call.output + (first + t) * call.outputStride + 8 * group, rows: call.rows - 8 * group,
                accumulates: call.accumulates)
        }
    }
}
