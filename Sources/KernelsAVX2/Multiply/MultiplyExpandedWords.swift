import CIntrinsics
import Kernels

/// Multiplies nibbles or bytes expanded to words with a panel of up to six tokens' 16-bit activations, two groups at a time.
///
/// ``multiplyNibbleInt16Tile(_:)`` multiplies the high and the low bytes of the activations apart and joins the sums after
/// every block; ``multiplyByteTile(_:)`` widens weights for every four tokens anew. With words `vpmaddwd` multiplies two columns
/// of eight rows at once, `vpaddd` adds the pairs to the rows' integers, and there is nothing to join: two vectors of rows meet
/// every activation that is loaded, and a block ends with a fifth of the work. As in ``multiplyNibbleBytes(_:)`` twelve sums, two
/// weights, an activation and a product fill the registers.
///
/// - Shapes: weights (8·groups, columns), expanded; activations (tokens, columns), `int16`; output (tokens, 8·groups).
/// - Preconditions: columns a multiple of 32; a panel of one to six tokens.
/// - Error: the same bits as the tiles' own kernels give: |w| ≤ 128, |x| ≤ 32,639 and 32 columns stay below 2²⁷, so the
///   integer of a block is exact, and becomes a float by one rounding.
/// - Threads: by pairs of groups.
@unsafe func multiplyExpandedWords(_ call: TileCall) {
    unsafe multiplyWords(call, ScalesPerBlock<1>.self, Minimum<0>.self)
}

/// As ``multiplyExpandedWords(_:)`` for layouts with minimums (Q4_1, Q4_K, Q5_1, Q5_K): nibbles are not centred on 8.
@unsafe func multiplyExpandedWordsMin(_ call: TileCall) {
    unsafe multiplyWords(call, ScalesPerBlock<1>.self, Minimum<1>.self)
}

/// As ``multiplyExpandedWords(_:)`` for layouts with a scale for 16 columns (Q6_K, Q3_K).
@unsafe func multiplyExpandedWords16(_ call: TileCall) {
    unsafe multiplyWords(call, ScalesPerBlock<2>.self, Minimum<0>.self)
}

/// As ``multiplyExpandedWords16(_:)`` with minimums (Q2_K).
@unsafe func multiplyExpandedWords16Min(_ call: TileCall) {
    unsafe multiplyWords(call, ScalesPerBlock<2>.self, Minimum<1>.self)
}

/// How the words lie, whichever integers they come of.
private typealias WordsOfPair = NibbleWords

@unsafe @inline(__always)
private func multiplyWords<let scales: Int, let minimums: Int>(
    _ call: TileCall, _ scales: ScalesPerBlock<scales>.Type, _ minimum: Minimum<minimums>.Type
) {
    switch unsafe call.tokens {
    case 1: unsafe multiplyWords(call, scales, minimum, Tokens<1>.self)
    case 2: unsafe multiplyWords(call, scales, minimum, Tokens<2>.self)
    case 3: unsafe multiplyWords(call, scales, minimum, Tokens<3>.self)
    case 4: unsafe multiplyWords(call, scales, minimum, Tokens<4>.self)
    case 5: unsafe multiplyWords(call, scales, minimum, Tokens<5>.self)
    default: unsafe multiplyWords(call, scales, minimum, Tokens<6>.self)
    }
}

@unsafe @inline(__always)
private func multiplyWords<let scales: Int, let minimums: Int, let tokens: Int>(
    _ call: TileCall, _: ScalesPerBlock<scales>.Type, _: Minimum<minimums>.Type, _: Tokens<tokens>.Type
) {
    let hasMinimum = minimums == 1
    let stride = ActivationBlock.int16
    let blocks = unsafe call.columns / 32
    // Steps of two columns that share a scale, two to a turn.
    let turns = 8 / scales
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeroIntegers = InlineArray<tokens, __m256i>(repeating: _mm256_setzero_si256())
    let zeroSums = InlineArray<tokens, __m256>(repeating: _mm256_setzero_ps())
    var group = 0
    while unsafe group < call.groups {
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations
        var (sums, otherSums) = (zeroSums, zeroSums)
        for _ in 0..<blocks {
            let columns = unsafe w + WordsOfPair.integers(scales: scales, hasMinimum: hasMinimum)
            for part in 0..<scales {
                var (integers, otherIntegers) = (zeroIntegers, zeroIntegers)
                // Two steps to a turn: with all sixteen, the compiler keeps activations in registers and sums in memory.
                for v in part &* turns..<(part &+ 1) &* turns {
                    unsafe addProducts(columns + 128 &* v, x + 8 &* v, &integers, &otherIntegers)
                    unsafe addProducts(columns + (128 &* v &+ 64), x + (8 &* v &+ 4), &integers, &otherIntegers)
                }
                let scale = unsafe loadFloats(w + 64 &* part)
                let otherScale = unsafe loadFloats(w + (64 &* part &+ 32))
                for t in 0..<tokens {
                    let about = unsafe _mm256_broadcast_ss((x + t &* stride).assumingMemoryBound(to: Float.self))
                    sums[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(integers[t]), _mm256_mul_ps(scale, about), sums[t])
                    otherSums[t] = _mm256_fmadd_ps(
                        _mm256_cvtepi32_ps(otherIntegers[t]), _mm256_mul_ps(otherScale, about), otherSums[t])
                }
            }
            for part in 0..<scales where hasMinimum {
                // The sum of a whole block of activations stands behind those of its halves.
                let minimums = unsafe w + (WordsOfPair.minimums(scales: scales) &+ 64 &* part)
                let sum = unsafe x + (scales == 1 ? 12 : 4 &+ 4 &* part)
                unsafe WordsOfPair.addMinimums(minimums, times: sum, stride: stride, to: &sums, &otherSums)
            }
            unsafe w += WordsOfPair.bytes(scales: scales, hasMinimum: hasMinimum)
            unsafe x += tokens &* stride
        }
        unsafe storePair(sums, otherSums, of: call, group: group)
        group += 2
    }
}

/// Adds the products of two columns of two groups with each token's.
@unsafe @inline(__always)
private func addProducts<let tokens: Int>(
    _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, _ integers: inout InlineArray<tokens, __m256i>,
    _ otherIntegers: inout InlineArray<tokens, __m256i>
) {
    let words = unsafe _mm256_loadu_si256(w.assumingMemoryBound(to: __m256i.self))
    let otherWords = unsafe _mm256_loadu_si256((w + 32).assumingMemoryBound(to: __m256i.self))
    for t in 0..<tokens {
        let two = unsafe broadcast(x + (t &* ActivationBlock.int16 &+ ActivationBlock.header))
        integers[t] = _mm256_add_epi32(integers[t], _mm256_madd_epi16(words, two))
        otherIntegers[t] = _mm256_add_epi32(otherIntegers[t], _mm256_madd_epi16(otherWords, two))
    }
}
