import CVectors

/// What a tile kernel reads and writes, for one to four tokens.
struct Tile {
    /// Groups of eight rows, interleaved.
    let weights: UnsafeRawPointer
    /// Blocks of 40 bytes; the tokens follow one another.
    let activations: UnsafeRawPointer
    /// (tokens, rows)
    let output: UnsafeMutablePointer<Float>
    let rows: Int
    let blocks: Int

    init(
        _ weights: UnsafeRawPointer, _ activations: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>,
        rows: Int, blocks: Int
    ) {
        self.weights = weights
        self.activations = activations
        self.output = output
        self.rows = rows
        self.blocks = blocks
    }
}

/// Carries the number of tokens into the function that is specialised for it: never a value, only a type.
enum Tokens<let count: Int> {}

/// The kernel for 1...4 tokens.
@inline(__always)
func multiplyTokens(_ tile: Tile, groups: Range<Int>, prefetching: Int, count: Int) {
    switch count {
    case 1: multiplyTile(tile, groups: groups, prefetching: prefetching, Tokens<1>.self)
    case 2: multiplyTile(tile, groups: groups, prefetching: prefetching, Tokens<2>.self)
    case 3: multiplyTile(tile, groups: groups, prefetching: prefetching, Tokens<3>.self)
    default: multiplyTile(tile, groups: groups, prefetching: prefetching, Tokens<4>.self)
    }
}

/// Some groups of eight rows times so many tokens: the inner loop of steps 5 to 7.
///
/// - Parameter prefetching: bytes ahead of the weights in use that are asked for; 0 for no such thing.
@inline(__always)
func multiplyTile<let tokens: Int>(
    _ tile: Tile, groups: Range<Int>, prefetching: Int, _: Tokens<tokens>.Type
) {
    let mask = _mm256_set1_epi8(0x0f)
    let ones = _mm256_set1_epi16(1)
    let stride = tile.blocks * 40
    for group in groups {
        var w = tile.weights + group * tile.blocks * 144
        var x = tile.activations
        var sums = InlineArray<tokens, __m256>(repeating: _mm256_setzero_ps())
        for _ in 0..<tile.blocks {
            if prefetching > 0 {
                prefetchLine(w + prefetching)
                prefetchLine(w + prefetching + 64)
            }
            var integers = InlineArray<tokens, __m256i>(repeating: _mm256_setzero_si256())
            for v in 0..<4 {
                let bytes = _mm256_loadu_si256((w + 16 + 32 * v).assumingMemoryBound(to: __m256i.self))
                let low = _mm256_and_si256(bytes, mask)
                let high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask)
                for t in 0..<tokens {
                    let q = x + (t &* stride &+ 8 &+ 4 &* v)
                    let first = _mm256_maddubs_epi16(low, broadcast(q))
                    let second = _mm256_maddubs_epi16(high, broadcast(q + 16))
                    integers[t] = _mm256_add_epi16(integers[t], _mm256_add_epi16(first, second))
                }
            }
            let scales = _mm256_cvtph_ps(_mm_loadu_si128(w.assumingMemoryBound(to: __m128i.self)))
            for t in 0..<tokens {
                let about = x + t &* stride
                let pairs = _mm256_madd_epi16(integers[t], ones)
                let sum = _mm256_sub_epi32(pairs, broadcast(about + 4))
                let factor = _mm256_mul_ps(scales, _mm256_broadcast_ss(about.assumingMemoryBound(to: Float.self)))
                sums[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), factor, sums[t])
            }
            w += 144
            x += 40
        }
        for t in 0..<tokens { _mm256_storeu_ps(tile.output + t * tile.rows + 8 * group, sums[t]) }
    }
}

/// 32 bits for every row: four activations, or one integer.
@inline(__always)
private func broadcast(_ p: UnsafeRawPointer) -> __m256i {
    _mm256_set1_epi32(p.loadUnaligned(as: Int32.self))
}
