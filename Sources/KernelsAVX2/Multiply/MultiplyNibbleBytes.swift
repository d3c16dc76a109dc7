import CIntrinsics
import Kernels

/// Multiplies expanded nibbles with a panel of six tokens' 8-bit activations, two groups at a time.
///
/// What ``multiplyNibbleTile(_:)`` does between loading a block and its products was done once for the whole prompt. That
/// leaves registers for twelve sums of 16 bits: two vectors of rows by six tokens, beside the weights, four activations that
/// both vectors meet, and a product. The float sums wait in memory until a block ends.
///
/// - Shapes: weights (8·groups, columns), expanded; activations (6, columns), output (6, 8·groups).
/// - Preconditions: columns a multiple of 32; a panel of six tokens.
/// - Error: the same bits as ``multiplyNibbleTile(_:)`` gives.
/// - Threads: by pairs of groups.
@unsafe func multiplyNibbleBytes(_ call: TileCall) {
    unsafe multiplyBytes(call, Minimum<0>.self, Tokens<6>.self)
}

/// As ``multiplyNibbleBytes(_:)`` for layouts with minimums (Q4_1, Q4_K): the nibbles are not centred on 8.
@unsafe func multiplyNibbleBytesMin(_ call: TileCall) {
    unsafe multiplyBytes(call, Minimum<1>.self, Tokens<6>.self)
}

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
    var group = 0
    while unsafe group < call.groups {
        var w = unsafe call.weights + group * call.groupBytes
        var x = unsafe call.activations
        var (sums, otherSums) = (zeroSums, zeroSums)
        for _ in 0..<blocks {
            var (integers, otherIntegers) = (zeroIntegers, zeroIntegers)
            if !hasMinimum {
                for t in 0..<tokens {
                    integers[t] = unsafe broadcast(x + (t &* stride &+ ActivationBlock.laneSums))
                    otherIntegers[t] = integers[t]
                }
            }
            let columns = unsafe w + ByteBlock.integers(scales: 1, hasMinimum: hasMinimum)
            // Two steps to a turn: with all eight, the compiler keeps activations in registers and sums in memory.
            for v in 0..<4 {
                unsafe addProducts(columns + 128 &* v, x + 8 &* v, &integers, &otherIntegers)
                unsafe addProducts(columns + (128 &* v &+ 64), x + (8 &* v &+ 4), &integers, &otherIntegers)
            }
            let (scale, otherScale) = unsafe (loadFloats(w), loadFloats(w + 32))
            for t in 0..<tokens {
                let about = unsafe _mm256_broadcast_ss((x + t &* stride).assumingMemoryBound(to: Float.self))
                let sum = _mm256_cvtepi32_ps(_mm256_madd_epi16(integers[t], ones))
                sums[t] = _mm256_fmadd_ps(sum, _mm256_mul_ps(scale, about), sums[t])
                let otherSum = _mm256_cvtepi32_ps(_mm256_madd_epi16(otherIntegers[t], ones))
                otherSums[t] = _mm256_fmadd_ps(otherSum, _mm256_mul_ps(otherScale, about), otherSums[t])
            }
            if hasMinimum {
                unsafe ByteBlock.addMinimums(
                    w + ByteBlock.minimums(scales: 1), times: x + 4, stride: stride, to: &sums, &otherSums)
            }
            unsafe w += ByteBlock.bytes(scales: 1, hasMinimum: hasMinimum)
            unsafe x += tokens &* stride
        }
        unsafe storePair(sums, otherSums, of: call, group: group)
        group += 2
    }
}

/// Adds the products of four columns of two groups with each token's.
@unsafe @inline(__always)
private func addProducts<let tokens: Int>(
    _ w: UnsafeRawPointer, _ x: UnsafeRawPointer, _ integers: inout InlineArray<tokens, __m256i>,
    _ otherIntegers: inout InlineArray<tokens, __m256i>
) {
    let bytes = unsafe _mm256_loadu_si256(w.assumingMemoryBound(to: __m256i.self))
    let otherBytes = unsafe _mm256_loadu_si256((w + 32).assumingMemoryBound(to: __m256i.self))
    for t in 0..<tokens {
        let four = unsafe broadcast(x + (t &* ActivationBlock.int8 &+ ActivationBlock.header))
        integers[t] = _mm256_add_epi16(integers[t], _mm256_maddubs_epi16(bytes, four))
        otherIntegers[t] = _mm256_add_epi16(otherIntegers[t], _mm256_maddubs_epi16(otherBytes, four))
    }
}
