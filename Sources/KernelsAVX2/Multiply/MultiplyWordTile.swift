import CIntrinsics
import Kernels

/// Multiplies 15-bit weights with one scale, a power of two, per 64 columns (F16, BF16) with 15-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · Σ q[r][c] · x[t][c]
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name. Here `vpmaddwd`
/// multiplies two columns of eight rows with two activations broadcast from memory, and `vpaddd` adds the pairs to the
/// rows' integers: two instructions for what takes floats two multiply-adds and two conversions. (Adding weights to
/// activations to save half of the products, as the wider set does, would take more than it saves.)
@unsafe func multiplyWordTile(_ call: TileCall) {
    let all = unsafe 0..<call.groups
    switch unsafe call.tokens {
    case 1:
        let (side, rest) = unsafe call.groupsSideBySide
        unsafe multiplyWords(call, Tokens<1>.self, Streams<4>.self, groups: side)
        unsafe multiplyWords(call, Tokens<1>.self, Streams<1>.self, groups: rest)
    case 2: unsafe multiplyWords(call, Tokens<2>.self, Streams<1>.self, groups: all)
    case 3: unsafe multiplyWords(call, Tokens<3>.self, Streams<1>.self, groups: all)
    case 4: unsafe multiplyWords(call, Tokens<4>.self, Streams<1>.self, groups: all)
    case 5: unsafe multiplyWords(call, Tokens<5>.self, Streams<1>.self, groups: all)
    case 6: unsafe multiplyWords(call, Tokens<6>.self, Streams<1>.self, groups: all)
    case 7: unsafe multiplyWords(call, Tokens<7>.self, Streams<1>.self, groups: all)
    default: unsafe multiplyWords(call, Tokens<8>.self, Streams<1>.self, groups: all)
    }
}

/// The products of some groups, a whole number for each stream.
@unsafe @inline(__always)
private func multiplyWords<let tokens: Int, let streams: Int>(
    _ call: TileCall, _: Tokens<tokens>.Type, _: Streams<streams>.Type, groups: Range<Int>
) {
    let stride = ActivationBlock.int15
    let blocks = unsafe call.columns / WordBlock.columns
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
        for _ in 0..<blocks {
            let header = unsafe w
            unsafe w += 16
            var integers = zeroIntegers
            for pair in 0..<16 {
                for s in 0..<streams {
                    // With more tokens the weights come from a cache.
                    if tokens <= 2 {
                        let ahead = streams == 1 ? prefetchBytes : streamPrefetchBytes
                        unsafe prefetchLine(w + (s &* distance &+ ahead &+ 64 &* pair))
                    }
                    for v in 2 * pair..<2 * pair + 2 {
                        let p = unsafe w + (s &* distance &+ 32 &* v)
                        let words = unsafe _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
                        for t in 0..<tokens {
                            let columns = unsafe broadcast(x + (t &* stride &+ ActivationBlock.header &+ 4 &* v))
                            integers[s][t] = _mm256_add_epi32(integers[s][t], _mm256_madd_epi16(words, columns))
                        }
                    }
                }
            }
            for s in 0..<streams {
                let scale = unsafe loadScales(header + s &* distance)
                for t in 0..<tokens {
                    let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                    let factor = unsafe _mm256_mul_ps(scale, _mm256_broadcast_ss(about))
                    sums[s][t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(integers[s][t]), factor, sums[s][t])
                }
            }
            unsafe w += 1024
            unsafe x += tokens &* stride
        }
        unsafe storeStreams(sums, of: call, group: group, run: run)
    }
}

/// Eight bf16 as floats.
@unsafe @inline(__always)
private func loadScales(_ p: UnsafeRawPointer) -> __m256 {
    let wide = unsafe _mm256_cvtepu16_epi32(_mm_loadu_si128(p.assumingMemoryBound(to: __m128i.self)))
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16))
}
