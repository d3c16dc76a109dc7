import CIntrinsics
import Kernels

/// Multiplies 15-bit weights with one scale, a power of two, per 64 columns (F16, BF16) with 15-bit activations.
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · (Σ (w₀ + x₂)(w₂ + x₀) + (w₁ + x₃)(w₃ + x₁) − Σ w₀w₂ + w₁w₃ − Σ x₀x₂ + x₁x₃)
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name, and the integers
/// are the same; see `WordBlock` for why. Here two groups share a vector, a row a lane, and four columns of a token take one
/// `vpdpwssd` and two `vpaddw`. Only half of the vector units multiply, the others add meanwhile: of a block's 52 operations
/// on vectors 18 need a multiplier, and the tile goes faster than `vpdpwssd` alone could. What is too much about the weights
/// is summed beside, one product for all tokens of a pass; hence the many.
@unsafe func multiplyWordTile(_ call: TileCall) {
    switch unsafe call.tokens {
    // Calls of up to four go to a narrower set.
    case 5: unsafe multiplyWords(call, Tokens<5>.self, Tokens<0>.self)
    case 6: unsafe multiplyWords(call, Tokens<6>.self, Tokens<0>.self)
    case 7: unsafe multiplyWords(call, Tokens<7>.self, Tokens<0>.self)
    case 8: unsafe multiplyWords(call, Tokens<8>.self, Tokens<0>.self)
    case 9: unsafe multiplyWords(call, Tokens<8>.self, Tokens<1>.self)
    case 10: unsafe multiplyWords(call, Tokens<8>.self, Tokens<2>.self)
    case 11: unsafe multiplyWords(call, Tokens<8>.self, Tokens<3>.self)
    case 12: unsafe multiplyWords(call, Tokens<8>.self, Tokens<4>.self)
    case 13: unsafe multiplyWords(call, Tokens<8>.self, Tokens<5>.self)
    case 14: unsafe multiplyWords(call, Tokens<8>.self, Tokens<6>.self)
    case 15: unsafe multiplyWords(call, Tokens<8>.self, Tokens<7>.self)
    default: unsafe multiplyWords(call, Tokens<8>.self, Tokens<8>.self)
    }
}

/// The most tokens of a call. A token takes one register while the products of a block are summed; its sum over the blocks
/// stays in memory meanwhile.
@inline(__always)
var widestWordCall: Int { 16 }

/// The products of a panel, its tokens in two parts: the compiler unrolls a loop over eight, but not one over sixteen.
@unsafe @inline(__always)
private func multiplyWords<let first: Int, let second: Int>(
    _ call: TileCall, _: Tokens<first>.Type, _: Tokens<second>.Type
) {
    let stride = ActivationBlock.int15
    let blocks = unsafe call.columns / WordBlock.columns
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeros = WordSums<first>()
    let otherZeros = WordSums<second>()
    var group = 0
    while unsafe group < call.groups {
        let pair = unsafe GroupPair(call, first: group)
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations
        var sums = zeros
        var otherSums = otherZeros
        for _ in 0..<blocks {
            let scale = unsafe loadScales(w, pair)
            unsafe w += 16
            let y = unsafe x + first &* stride
            unsafe sums.begin(x)
            unsafe otherSums.begin(y)
            var ofWeights = _mm512_setzero_si512()
            for four in 0..<16 {
                unsafe pair.prefetch(w + 64 &* four, lines: 1)
                let low = unsafe pair.load64(w + 64 &* four)
                let high = unsafe pair.load64(w + (64 &* four &+ 32))
                ofWeights = _mm512_dpwssd_epi32(ofWeights, low, high)
                unsafe sums.add(low, high, x + (ActivationBlock.header &+ 8 &* four))
                unsafe otherSums.add(low, high, y + (ActivationBlock.header &+ 8 &* four))
            }
            unsafe sums.end(ofWeights, scale, x)
            unsafe otherSums.end(ofWeights, scale, y)
            unsafe w += 1024
            unsafe x += (first &+ second) &* stride
        }
        unsafe sums.store(call, group: group, token: 0)
        unsafe otherSums.store(call, group: group, token: first)
        group += 2
    }
}

/// What is summed for some tokens: the integers of a block, and the floats of a row.
private struct WordSums<let tokens: Int> {
    private var integers = InlineArray<tokens, __m512i>(repeating: _mm512_setzero_si512())
    private var floats = InlineArray<tokens, __m512>(repeating: _mm512_setzero_ps())

    @inline(__always) init() {}

    /// Begins a block with what is too much about the activations.
    @unsafe @inline(__always)
    mutating func begin(_ x: UnsafeRawPointer) {
        for t in 0..<tokens { integers[t] = unsafe broadcast(x + (t &* ActivationBlock.int15 &+ 4)) }
    }

    /// Adds the products of four columns, and what is too much.
    @unsafe @inline(__always)
    mutating func add(_ low: __m512i, _ high: __m512i, _ x: UnsafeRawPointer) {
        for t in 0..<tokens {
            let columns = unsafe x + t &* ActivationBlock.int15
            integers[t] = unsafe _mm512_dpwssd_epi32(
                integers[t], _mm512_add_epi16(high, broadcast(columns)), _mm512_add_epi16(low, broadcast(columns + 4)))
        }
    }

    /// Ends a block: without what is too much about the weights, to floats.
    @unsafe @inline(__always)
    mutating func end(_ ofWeights: __m512i, _ scale: __m512, _ x: UnsafeRawPointer) {
        for t in 0..<tokens {
            let factor = unsafe _mm512_mul_ps(scale, broadcastFloat(x + t &* ActivationBlock.int15))
            let products = _mm512_cvtepi32_ps(_mm512_sub_epi32(integers[t], ofWeights))
            floats[t] = _mm512_fmadd_ps(products, factor, floats[t])
        }
    }

    @unsafe @inline(__always)
    func store(_ call: TileCall, group: Int, token: Int) {
        for t in 0..<tokens {
            unsafe storeTile(
                floats[t], to: call.output + (token + t) * call.outputStride + 8 * group,
                rows: min(call.rows, 8 * call.groups) - 8 * group, accumulates: call.accumulates)
        }
    }
}

/// Eight bf16 of each group, as floats.
@unsafe @inline(__always)
private func loadScales(_ p: UnsafeRawPointer, _ pair: GroupPair) -> __m512 {
    unsafe _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(pair.load32(p)), 16))
}
