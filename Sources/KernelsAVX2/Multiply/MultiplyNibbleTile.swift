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
    let all = unsafe 0..<call.groups
    switch unsafe call.tokens {
    case 1:
        let (side, rest) = unsafe call.groupsSideBySide
        unsafe multiplyNibbles(call, Scales.self, Tokens<1>.self, Streams<4>.self, groups: side)
        unsafe multiplyNibbles(call, Scales.self, Tokens<1>.self, Streams<1>.self, groups: rest)
    case 2: unsafe multiplyNibbles(call, Scales.self, Tokens<2>.self, Streams<1>.self, groups: all)
    case 3: unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self, Streams<1>.self, groups: all)
    case 4: unsafe multiplyNibbles(call, Scales.self, Tokens<4>.self, Streams<1>.self, groups: all)
    // More than four would not fit into the registers: two passes over the weights.
    case 5:
        unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self, Streams<1>.self, groups: all)
        unsafe multiplyNibbles(call, Scales.self, Tokens<2>.self, Streams<1>.self, groups: all, first: 3)
    default:
        unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self, Streams<1>.self, groups: all)
        unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self, Streams<1>.self, groups: all, first: 3)
    }
}

/// The products of some groups, a whole number for each stream, with some tokens from `first` on.
@unsafe @inline(__always)
private func multiplyNibbles<Scales: TileScales, let tokens: Int, let streams: Int>(
    _ call: TileCall, _: Scales.Type, _: Tokens<tokens>.Type, _: Streams<streams>.Type, groups: Range<Int>,
    first: Int = 0
) {
    let mask = _mm256_set1_epi8(0x0f)
    let ones = _mm256_set1_epi16(1)
    let stride = ActivationBlock.int8
    let panel = unsafe call.tokens &* stride
    let blocks = unsafe call.columns / 32
    let blocksPerHeader = unsafe Scales.blocksPerHeader(call)
    let run = groups.count / streams
    let distance = unsafe run &* call.groupBytes
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeroIntegers = InlineArray<streams, InlineArray<tokens, __m256i>>(
        repeating: .init(repeating: _mm256_setzero_si256()))
    let zeroSums = InlineArray<streams, InlineArray<tokens, __m256>>(repeating: .init(repeating: _mm256_setzero_ps()))
    for group in groups.lowerBound..<groups.lowerBound + run {
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations + first &* stride
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
                var integers = zeroIntegers
                for s in 0..<streams {
                    unsafe prefetchBlock(w + s &* distance, isAlone: streams == 1)
                    if Scales.hasMinimum { continue }
                    for t in 0..<tokens {
                        integers[s][t] = unsafe broadcast(x + (t &* stride &+ ActivationBlock.laneSums))
                    }
                }
                for v in 0..<4 {
                    for s in 0..<streams {
                        let p = unsafe w + (s &* distance &+ 32 &* v)
                        let bytes = unsafe _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
                        let low = _mm256_and_si256(bytes, mask)
                        let high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask)
                        for t in 0..<tokens {
                            let columns = unsafe x + (t &* stride &+ ActivationBlock.header &+ 4 &* v)
                            let first = unsafe _mm256_maddubs_epi16(low, broadcast(columns))
                            let second = unsafe _mm256_maddubs_epi16(high, broadcast(columns + 16))
                            integers[s][t] = _mm256_add_epi16(integers[s][t], _mm256_add_epi16(first, second))
                        }
                    }
                }
                for s in 0..<streams {
                    let scales = unsafe Scales(header: scaleHeader + s &* distance)
                    let scale = unsafe scales.scale(header + s &* distance, half: 0)
                    let minimum = unsafe scales.minimum(header + s &* distance, half: 0)
                    for t in 0..<tokens {
                        let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                        let sum = _mm256_madd_epi16(integers[s][t], ones)
                        let factor = unsafe _mm256_mul_ps(scale, _mm256_broadcast_ss(about))
                        sums[s][t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), factor, sums[s][t])
                        if Scales.hasMinimum {
                            sums[s][t] = unsafe _mm256_fmadd_ps(minimum, _mm256_broadcast_ss(about + 1), sums[s][t])
                        }
                    }
                }
                unsafe w += 128
                unsafe x += panel
            }
        }
        unsafe storeStreams(sums, of: call, group: group, run: run, first: first)
    }
}
