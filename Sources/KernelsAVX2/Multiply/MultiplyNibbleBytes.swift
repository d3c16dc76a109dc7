import CIntrinsics
import Kernels

/// Multiplies expanded nibbles with a panel of six tokens' 8-bit activations.
///
/// What ``multiplyNibbleTile(_:)`` does between loading a block and its products was done once for the whole prompt, which
/// spares one in eight instructions and the registers of two more tokens.
///
/// - Shapes: weights (8·groups, columns), expanded; activations (6, columns), output (6, 8·groups).
/// - Preconditions: columns a multiple of 32; a panel of six tokens.
/// - Error: the same bits as ``multiplyNibbleTile(_:)`` gives.
/// - Threads: by groups.
@unsafe func multiplyNibbleBytes(_ call: TileCall) {
    unsafe multiplyBytes(call, Minimum<0>.self, Tokens<6>.self)
}

/// As ``multiplyNibbleBytes(_:)`` for layouts with minimums (Q4_1, Q4_K): the nibbles are not centred on 8.
@unsafe func multiplyNibbleBytesMin(_ call: TileCall) {
    unsafe multiplyBytes(call, Minimum<1>.self, Tokens<6>.self)
}

/// Carries whether there are minimums: 0 or 1.
private enum Minimum<let count: Int> {}

@unsafe @inline(__always)
private func multiplyBytes<let minimums: Int, let tokens: Int>(
    _ call: TileCall, _: Minimum<minimums>.Type, _: Tokens<tokens>.Type
) {
    let hasMinimum = minimums == 1
    let ones = _mm256_set1_epi16(1)
    let stride = ActivationBlock.int8
    let blocks = unsafe call.columns / 32
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeroIntegers = InlineArray<tokens, __m256i>(repeating: _mm256_setzero_si256())
    let zeroSums = InlineArray<tokens, __m256>(repeating: _mm256_setzero_ps())
    for group in unsafe 0..<call.groups {
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations
        var sums = zeroSums
        for _ in 0..<blocks {
            var integers = zeroIntegers
            if !hasMinimum {
                for t in 0..<tokens { integers[t] = unsafe broadcast(x + (t &* stride &+ ActivationBlock.laneSums)) }
            }
            let columns = unsafe w + ByteBlock.integers(hasMinimum: hasMinimum)
            for v in 0..<8 {
                let bytes = unsafe _mm256_loadu_si256((columns + 32 &* v).assumingMemoryBound(to: __m256i.self))
                for t in 0..<tokens {
                    let four = unsafe broadcast(x + (t &* stride &+ ActivationBlock.header &+ 4 &* v))
                    integers[t] = _mm256_add_epi16(integers[t], _mm256_maddubs_epi16(bytes, four))
                }
            }
            let scale = unsafe _mm256_loadu_ps(w.assumingMemoryBound(to: Float.self))
            for t in 0..<tokens {
                let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                let factor = unsafe _mm256_mul_ps(scale, _mm256_broadcast_ss(about))
                let sum = _mm256_cvtepi32_ps(_mm256_madd_epi16(integers[t], ones))
                sums[t] = _mm256_fmadd_ps(sum, factor, sums[t])
            }
            if hasMinimum {
                let minimum = unsafe _mm256_loadu_ps((w + ByteBlock.minimums).assumingMemoryBound(to: Float.self))
                for t in 0..<tokens {
                    let about = unsafe (x + t &* stride).assumingMemoryBound(to: Float.self)
                    sums[t] = unsafe _mm256_fmadd_ps(minimum, _mm256_broadcast_ss(about + 1), sums[t])
                }
            }
            unsafe w += ByteBlock.bytes(hasMinimum: hasMinimum)
            unsafe x += tokens &* stride
        }
        for t in 0..<tokens {
            unsafe storeTile(
                sums[t], to: call.output + t * call.outputStride + 8 * group, rows: call.rows - 8 * group,
                accumulates: call.accumulates)
        }
    }
}
