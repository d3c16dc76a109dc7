import CIntrinsics
import Kernels

/// Multiplies 4-bit weights with one scale per 32 columns, centred on 8 (Q4_0, int4), with 16-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · (256·Σ q[r][c] · h[t][c] + Σ q[r][c] · l[t][c] − 8·Σ x[t][c])
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name. As in the kernel for
/// 8-bit activations the products of a block are summed in 16 bits, those of the high bytes and those of the low ones
/// apart; shifting the former by 8 joins them to one integer a row. Three tokens' sums fill the 16 registers.
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
    let all = unsafe 0..<call.groups
    switch unsafe call.tokens {
    case 1:
        let (side, rest) = unsafe call.groupsSideBySide
        unsafe multiplyNibbles(call, Scales.self, Tokens<1>.self, Streams<4>.self, groups: side)
        unsafe multiplyNibbles(call, Scales.self, Tokens<1>.self, Streams<1>.self, groups: rest)
    case 2: unsafe multiplyNibbles(call, Scales.self, Tokens<2>.self, Streams<1>.self, groups: all)
    default: unsafe multiplyNibbles(call, Scales.self, Tokens<3>.self, Streams<1>.self, groups: all)
    }
}

/// The products of some groups, a whole number for each stream.
@unsafe @inline(__always)
private func multiplyNibbles<Scales: TileScales, let tokens: Int, let streams: Int>(
    _ call: TileCall, _: Scales.Type, _: Tokens<tokens>.Type, _: Streams<streams>.Type, groups: Range<Int>
) {
    let mask = _mm256_set1_epi8(0x0f)
    let ones = _mm256_set1_epi16(1)
    let stride = ActivationBlock.split
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
                for s in 0..<streams { unsafe prefetchBlock(w + s &* distance, isAlone: streams == 1) }
                // The sums of the high bytes and of the low ones.
                var upper = zeroIntegers
                var lower = zeroIntegers
                for v in 0..<4 {
                    for s in 0..<streams {
                        let p = unsafe w + (s &* distance &+ 32 &* v)
                        let bytes = unsafe _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
                        let first = _mm256_and_si256(bytes, mask)
                        let second = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask)
                        for t in 0..<tokens {
                            let high = unsafe x + (t &* stride &+ ActivationBlock.header &+ 4 &* v)
                            upper[s][t] = unsafe _mm256_add_epi16(upper[s][t], dot(first, second, high))
                            let low = unsafe x + (t &* stride &+ ActivationBlock.lowBytes &+ 4 &* v)
                            lower[s][t] = unsafe _mm256_add_epi16(lower[s][t], dot(first, second, low))
                        }
                    }
                }
                for s in 0..<streams {
                    let scales = unsafe Scales(header: scaleHeader + s &* distance)
                    let scale = unsafe scales.scale(header + s &* distance, half: 0)
                    let minimum = unsafe scales.minimum(header + s &* distance, half: 0)
                    for t in 0..<tokens {
                        let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                        var sum = _mm256_add_epi32(
                            _mm256_slli_epi32(_mm256_madd_epi16(upper[s][t], ones), 8),
                            _mm256_madd_epi16(lower[s][t], ones))
                        if !Scales.hasMinimum {
                            let offset = unsafe (x + t &* stride).loadUnaligned(fromByteOffset: 8, as: Int32.self)
                            sum = _mm256_add_epi32(sum, _mm256_set1_epi32(offset))
                        }
                        let factor = unsafe _mm256_mul_ps(scale, _mm256_broadcast_ss(about))
                        sums[s][t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), factor, sums[s][t])
                        if Scales.hasMinimum {
                            sums[s][t] = unsafe _mm256_fmadd_ps(minimum, _mm256_broadcast_ss(about + 1), sums[s][t])
                        }
                    }
                }
                unsafe w += 128
                unsafe x += tokens &* stride
            }
        }
        unsafe storeStreams(sums, of: call, group: group, run: run)
    }
}

/// Products of both nibbles of every byte with four activations each, in pairs.
@unsafe @inline(__always)
private func dot(_ first: __m256i, _ second: __m256i, _ x: UnsafeRawPointer) -> __m256i {
    unsafe _mm256_add_epi16(
        _mm256_maddubs_epi16(first, broadcast(x)), _mm256_maddubs_epi16(second, broadcast(x + 16)))
}
