import CIntrinsics
import Kernels

/// Multiplies expanded nibbles with a panel of eight tokens' 8-bit activations, two columns by one multiplication.
///
/// Winograd's inner product (S. Winograd, "A New Algorithm for Inner Product", IEEE Transactions on Computers C-17, 1968)
/// takes two terms of a sum at once: with columns c and c + 16 of a block, w₀x₀ + w₁x₁ is
///
///     (w₀ + x₁)·(w₁ + x₀) − w₀w₁ − x₀x₁
///
/// and of the two products to be taken away one depends on the weights alone, the other on the activations alone. Here w₁ is
/// the high nibble less 8 and w₀ the low nibble plus 120: since activations stay within ±120, the first factor fits into an
/// unsigned byte and the second into a signed one, as `vpdpbusd` takes them. Of Q4_0's terms
///
///     Σ q·x = Σ (w₀ + x₁)·(w₁ + x₀) − Σ w₀w₁ − Σ x₀x₁ − 128·Σ x₀
///
/// the last two are one number of the activations' block, and the second is one of the weights'. Of sixteen
/// instructions on 512 bits that a block takes for each token, eight are additions of
/// bytes, which any of the units does, and six are on the multiplier, where ``multiplyNibbleTile(_:)`` has ten.
///
/// - Shapes: weights (8·groups, columns), expanded; activations (8, columns), output (8, 8·groups).
/// - Preconditions: columns a multiple of 32; a panel of eight tokens.
/// - Error: the same bits as ``multiplyNibbleTile(_:)`` gives.
/// - Threads: by pairs of groups.
@unsafe func multiplyNibblePairs(_ call: TileCall) {
    unsafe multiplyPairs(call, Minimum<0>.self, Tokens<8>.self)
}

/// As ``multiplyNibblePairs(_:)`` for layouts with minimums (Q4_1, Q4_K): the nibbles are not centred on 8.
@unsafe func multiplyNibblePairsMin(_ call: TileCall) {
    unsafe multiplyPairs(call, Minimum<1>.self, Tokens<8>.self)
}

/// Carries whether there are minimums: 0 or 1.
private enum Minimum<let count: Int> {}

@unsafe @inline(__always)
private func multiplyPairs<let minimums: Int, let tokens: Int>(
    _ call: TileCall, _: Minimum<minimums>.Type, _: Tokens<tokens>.Type
) {
    let hasMinimum = minimums == 1
    let stride = ActivationBlock.int8
    let blocks = unsafe call.columns / 32
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeroIntegers = InlineArray<tokens, __m512i>(repeating: _mm512_setzero_si512())
    let zeroSums = InlineArray<tokens, __m512>(repeating: _mm512_setzero_ps())
    var group = 0
    while unsafe group < call.groups {
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations
        var sums = zeroSums
        for _ in 0..<blocks {
            var integers = zeroIntegers
            let weightProducts = unsafe _mm512_loadu_si512(w + PairBlock.weightProducts)
            for t in 0..<tokens {
                let offset = unsafe broadcast(x + (t &* stride &+ ActivationBlock.pairSum))
                integers[t] = _mm512_add_epi32(weightProducts, offset)
                // Without the 8 in the middle: 8·Σx more, of which the block holds −8·Σx.
                if hasMinimum { integers[t] = unsafe _mm512_sub_epi32(integers[t], broadcast(x + (t &* stride &+ 8))) }
            }
            for v in 0..<4 {
                let low = unsafe _mm512_loadu_si512(w + 128 &* v)
                let high = unsafe _mm512_loadu_si512(w + (128 &* v &+ 64))
                for t in 0..<tokens {
                    let columns = unsafe x + (t &* stride &+ ActivationBlock.header &+ 4 &* v)
                    integers[t] = unsafe _mm512_dpbusd_epi32(
                        integers[t], _mm512_add_epi8(low, broadcast(columns + 16)),
                        _mm512_add_epi8(high, broadcast(columns)))
                }
            }
            let scale = unsafe _mm512_loadu_ps(w + PairBlock.scales)
            let minimum = hasMinimum ? unsafe _mm512_loadu_ps(w + PairBlock.minimums) : _mm512_setzero_ps()
            for t in 0..<tokens {
                let factor = unsafe _mm512_mul_ps(scale, broadcastFloat(x + t &* stride))
                sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(integers[t]), factor, sums[t])
                if hasMinimum {
                    sums[t] = unsafe _mm512_fmadd_ps(minimum, broadcastFloat(x + (t &* stride &+ 4)), sums[t])
                }
            }
            unsafe w += PairBlock.bytes(hasMinimum: hasMinimum)
            unsafe x += tokens &* stride
        }
        for t in 0..<tokens {
            unsafe storeTile(
                sums[t], to: call.output + t * call.outputStride + 8 * group,
                rows: min(call.rows, 8 * call.groups) - 8 * group, accumulates: call.accumulates)
        }
        group += 2
    }
}
