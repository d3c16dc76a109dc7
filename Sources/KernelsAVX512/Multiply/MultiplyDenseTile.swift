import CIntrinsics
import Kernels

/// Multiplies 32-bit float weights with float activations.
///
///     y[t][r] = Σ over panels of 256 columns   Σ over columns   w[r][c] · x[t][c]
///
/// Shapes, layout, preconditions, error and threads are those of the portable kernel of the same name, and so is the
/// order of the sums, with fused multiply-adds: the bits are those of the narrower set, which has the calls of up to four
/// tokens. Here two groups share a vector, a row a lane, and each token has a chain: eight of them outlast the latency of
/// a multiply-add (4 cycles, one of 512 bits a cycle), which takes its activation from memory and broadcasts it.
@unsafe func multiplyF32Tile(_ call: TileCall) {
    unsafe multiplyDense(call, F32Weights.self)
}

/// As ``multiplyF32Tile(_:)`` for weights kept in IEEE binary16, widened in registers.
@unsafe func multiplyF16Tile(_ call: TileCall) {
    unsafe multiplyDense(call, F16Weights.self)
}

/// As ``multiplyF32Tile(_:)`` for weights kept in bfloat16, widened in registers.
@unsafe func multiplyBF16Tile(_ call: TileCall) {
    unsafe multiplyDense(call, BF16Weights.self)
}

/// How the weights of a column become floats: eight rows of each group of a pair.
private protocol DenseWeights {
    static var bytes: Int { get }
    @unsafe static func load(_ p: UnsafeRawPointer, _ pair: GroupPair) -> __m512
}

private enum F32Weights: DenseWeights {
    @inline(__always) static var bytes: Int { 4 }
    @inline(__always) static func load(_ p: UnsafeRawPointer, _ pair: GroupPair) -> __m512 {
        unsafe _mm512_castsi512_ps(pair.load64(p))
    }
}

private enum F16Weights: DenseWeights {
    @inline(__always) static var bytes: Int { 2 }
    @inline(__always) static func load(_ p: UnsafeRawPointer, _ pair: GroupPair) -> __m512 {
        unsafe pair.loadHalves(p)
    }
}

private enum BF16Weights: DenseWeights {
    @inline(__always) static var bytes: Int { 2 }
    @inline(__always) static func load(_ p: UnsafeRawPointer, _ pair: GroupPair) -> __m512 {
        unsafe _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(pair.load32(p)), 16))
    }
}

@unsafe @inline(__always)
private func multiplyDense<Weights: DenseWeights>(_ call: TileCall, _: Weights.Type) {
    switch unsafe call.tokens {
    // Calls of up to four go to a narrower set.
    case 5: unsafe multiplyDense(call, Weights.self, Tokens<5>.self)
    case 6: unsafe multiplyDense(call, Weights.self, Tokens<6>.self)
    case 7: unsafe multiplyDense(call, Weights.self, Tokens<7>.self)
    default: unsafe multiplyDense(call, Weights.self, Tokens<8>.self)
    }
}

@unsafe @inline(__always)
private func multiplyDense<Weights: DenseWeights, let tokens: Int>(
    _ call: TileCall, _: Weights.Type, _: Tokens<tokens>.Type
) {
    let stride = unsafe call.activationStride
    let columns = unsafe call.columns
    // Made once: the initialiser is a call.
    let zeros = InlineArray<tokens, __m512>(repeating: _mm512_setzero_ps())
    var group = 0
    while unsafe group < call.groups {
        let pair = unsafe GroupPair(call, first: group)
        var w = unsafe call.weights + group * call.groupBytes
        var totals = zeros
        var start = 0
        while start < columns {
            let end = min(start + densePanelColumns, columns)
            var sums = zeros
            for column in start..<end {
                let weights = unsafe Weights.load(w, pair)
                for t in 0..<tokens {
                    let activation = unsafe broadcastFloat(call.activations + (t &* stride &+ 4 &* column))
                    sums[t] = _mm512_fmadd_ps(weights, activation, sums[t])
                }
                unsafe w += 8 &* Weights.bytes
            }
            for t in 0..<tokens { totals[t] = _mm512_add_ps(totals[t], sums[t]) }
            start = end
        }
        for t in 0..<tokens {
            unsafe storeTile(
                totals[t], to: call.output + t * call.outputStride + 8 * group,
                rows: min(call.rows, 8 * call.groups) - 8 * group, accumulates: call.accumulates)
        }
        group += 2
    }
}
