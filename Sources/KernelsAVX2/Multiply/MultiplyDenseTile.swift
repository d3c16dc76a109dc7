import CIntrinsics
import Kernels

/// Multiplies 32-bit float weights with float activations.
///
///     y[t][r] = Σ over panels of 256 columns   Σ over columns   w[r][c] · x[t][c]
///
/// Shapes, layout, preconditions and threads are those of the portable kernel of the same name, and so is the order
/// of the sums, here with fused multiply-adds. Two groups go together, so that with four tokens eight chains keep
/// both multiply-add units busy (4 cycles of latency, two a cycle); four groups for fewer tokens.
///
/// - Error: within 4·√columns·ε of fp64, relative to Σ|terms|.
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

/// How eight weights of a column become floats.
private protocol DenseWeights {
    static var bytes: Int { get }
    @unsafe static func load(_ p: UnsafeRawPointer) -> __m256
}

private enum F32Weights: DenseWeights {
    @inline(__always) static var bytes: Int { 4 }
    @inline(__always) static func load(_ p: UnsafeRawPointer) -> __m256 {
        unsafe _mm256_loadu_ps(p.assumingMemoryBound(to: Float.self))
    }
}

private enum F16Weights: DenseWeights {
    @inline(__always) static var bytes: Int { 2 }
    @inline(__always) static func load(_ p: UnsafeRawPointer) -> __m256 {
        unsafe _mm256_cvtph_ps(_mm_loadu_si128(p.assumingMemoryBound(to: __m128i.self)))
    }
}

private enum BF16Weights: DenseWeights {
    @inline(__always) static var bytes: Int { 2 }
    @inline(__always) static func load(_ p: UnsafeRawPointer) -> __m256 {
        let wide = unsafe _mm256_cvtepu16_epi32(_mm_loadu_si128(p.assumingMemoryBound(to: __m128i.self)))
        return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16))
    }
}

@unsafe @inline(__always)
private func multiplyDense<Weights: DenseWeights>(_ call: TileCall, _: Weights.Type) {
    switch unsafe call.tokens {
    case 1: unsafe multiplyDense(call, Weights.self, Tokens<1>.self, Tokens<4>.self)
    case 2: unsafe multiplyDense(call, Weights.self, Tokens<2>.self, Tokens<4>.self)
    case 3: unsafe multiplyDense(call, Weights.self, Tokens<3>.self, Tokens<2>.self)
    default: unsafe multiplyDense(call, Weights.self, Tokens<4>.self, Tokens<2>.self)
    }
}

@unsafe @inline(__always)
private func multiplyDense<Weights: DenseWeights, let tokens: Int, let width: Int>(
    _ call: TileCall, _: Weights.Type, _: Tokens<tokens>.Type, _: Tokens<width>.Type
) {
    var group = 0
    while unsafe group + width <= call.groups {
        unsafe multiplyGroups(call, group, Weights.self, Tokens<tokens>.self, Tokens<width>.self)
        group += width
    }
    while unsafe group < call.groups {
        unsafe multiplyGroups(call, group, Weights.self, Tokens<tokens>.self, Tokens<1>.self)
        group += 1
    }
}

/// The products of `width` groups from `first` on: each a chain of its own.
@unsafe @inline(__always)
private func multiplyGroups<Weights: DenseWeights, let tokens: Int, let width: Int>(
    _ call: TileCall, _ first: Int, _: Weights.Type, _: Tokens<tokens>.Type, _: Tokens<width>.Type
) {
    let groupBytes = unsafe call.groupBytes
    let stride = unsafe call.activationStride
    let columns = unsafe call.columns
    let weights = unsafe call.weights + first * groupBytes
    var totals = InlineArray<width, InlineArray<tokens, __m256>>(
        repeating: InlineArray<tokens, __m256>(repeating: _mm256_setzero_ps()))
    var start = 0
    while start < columns {
        let end = start + densePanelColumns < columns ? start + densePanelColumns : columns
        var sums = InlineArray<width, InlineArray<tokens, __m256>>(
            repeating: InlineArray<tokens, __m256>(repeating: _mm256_setzero_ps()))
        var column = start
        while column < end {
            for g in 0..<width {
                let p = unsafe weights + (g &* groupBytes &+ column &* (8 &* Weights.bytes))
                // With more tokens the weights come from a cache.
                if tokens <= 2 { unsafe prefetchLine(p + prefetchBytes) }
                let w = unsafe Weights.load(p)
                for t in 0..<tokens {
                    let x = unsafe (call.activations + (t &* stride &+ 4 &* column)).assumingMemoryBound(to: Float.self)
                    sums[g][t] = unsafe _mm256_fmadd_ps(w, _mm256_broadcast_ss(x), sums[g][t])
                }
            }
            column &+= 1
        }
        for g in 0..<width {
            for t in 0..<tokens { totals[g][t] = _mm256_add_ps(totals[g][t], sums[g][t]) }
        }
        start = end
    }
    for g in 0..<width {
        for t in 0..<tokens {
            unsafe storeTile(
                totals[g][t], to: call.output + t * call.outputStride + 8 * (first + g),
                rows: call.rows - 8 * (first + g), accumulates: call.accumulates)
        }
    }
}
