import CIntrinsics
import Kernels

/// Multiplies expanded nibbles with a panel of up to six tokens' 8-bit activations, for processors that multiply in all of
/// their units of 512 bits (Intel's servers since Ice Lake).
///
///     y[t][r] = Σ over blocks   d[r] · scale[t] · (Σ q[r][c] · x[t][c] − 8·Σ x[t][c])
///
/// Two vectors of rows by six tokens: of 32 registers twelve hold integers and twelve sums, and four activations that were
/// broadcast once meet both vectors. One vector by eight tokens broadcasts for every product, and its eight chains of
/// products, five cycles each, keep two units busy for four cycles of five: 300 G operations/s a core where this has 490, of
/// 750 that the multipliers alone do (Ice Lake at 3 GHz). Of eleven instructions on them that a vector of rows takes for a
/// block and a token, eight are products, so 73 % is the most that there is. ``multiplyNibblePairs(_:)`` takes sixteen.
///
/// - Shapes: weights (8·groups, columns), expanded; activations (≤ 6, columns), output (≤ 6, 8·groups).
/// - Preconditions: columns a multiple of 32; a panel of as many tokens as the call has.
/// - Error: the same bits as ``multiplyNibbleTile(_:)`` gives.
/// - Threads: by fours of groups.
@unsafe func multiplyExpandedNibbles(_ call: TileCall) {
    unsafe multiply(call, PlainScales.self, Middle<8>.self, Terms<1>.self)
}

/// As ``multiplyExpandedNibbles(_:)`` for layouts with minimums (Q4_1, Q4_K): the nibbles are not centred on 8.
@unsafe func multiplyExpandedNibblesMin(_ call: TileCall) {
    unsafe multiply(call, ScalesAndMinimums.self, Middle<0>.self, Terms<1>.self)
}

/// As ``multiplyExpandedNibbles(_:)`` for bytes (Q8_0, Q5_0, IQ4_NL, int8), centred on 128.
@unsafe func multiplyExpandedBytes(_ call: TileCall) {
    unsafe multiply(call, PlainScales.self, Middle<128>.self, Terms<1>.self)
}

/// As ``multiplyExpandedBytes(_:)`` with minimums (Q5_1, Q5_K, IQ4_XS).
@unsafe func multiplyExpandedBytesMin(_ call: TileCall) {
    unsafe multiply(call, ScalesAndMinimums.self, Middle<128>.self, Terms<1>.self)
}

/// As ``multiplyExpandedBytes(_:)`` with a scale for 16 columns (Q6_K, Q3_K).
@unsafe func multiplyExpandedBytes16(_ call: TileCall) {
    unsafe multiply(call, K16Scales.self, Middle<128>.self, Terms<1>.self)
}

/// As ``multiplyExpandedBytes16(_:)`` with minimums (Q2_K).
@unsafe func multiplyExpandedBytes16Min(_ call: TileCall) {
    unsafe multiply(call, K16ScalesAndMinimums.self, Middle<128>.self, Terms<1>.self)
}

/// As ``multiplyExpandedNibbles(_:)`` for 16-bit activations in halves: the products with the high bytes times 256, and those
/// with the low bytes. The same bits as ``multiplyNibbleInt16Tile(_:)`` gives, 1.5 times as fast as it.
@unsafe func multiplyExpandedNibblesInt16(_ call: TileCall) {
    unsafe multiply(call, PlainScales.self, Middle<8>.self, Terms<2>.self)
}

/// As ``multiplyExpandedNibblesInt16(_:)`` for layouts with minimums (Q4_1, Q4_K).
@unsafe func multiplyExpandedNibblesMinInt16(_ call: TileCall) {
    unsafe multiply(call, ScalesAndMinimums.self, Middle<0>.self, Terms<2>.self)
}

/// As ``multiplyExpandedNibblesInt16(_:)`` for bytes (Q8_0, Q5_0, IQ4_NL, int8): the same bits as ``multiplyByteTile(_:)``.
@unsafe func multiplyExpandedBytesInt16(_ call: TileCall) {
    unsafe multiply(call, PlainScales.self, Middle<128>.self, Terms<2>.self)
}

/// As ``multiplyExpandedBytesInt16(_:)`` with minimums (Q5_1, Q5_K, IQ4_XS).
@unsafe func multiplyExpandedBytesMinInt16(_ call: TileCall) {
    unsafe multiply(call, ScalesAndMinimums.self, Middle<128>.self, Terms<2>.self)
}

/// The most tokens of a panel that expanded bytes meet.
@inline(__always)
var expandedTokens: Int { 6 }

/// Carries what is added to an integer so that its byte is unsigned; 0 where it is so by itself.
private enum Middle<let value: Int> {}

/// Carries in how many bytes an activation comes: 1 or 2.
private enum Terms<let count: Int> {}

@unsafe @inline(__always)
private func multiply<Scales: TileScales, let middle: Int, let terms: Int>(
    _ call: TileCall, _: Scales.Type, _: Middle<middle>.Type, _: Terms<terms>.Type
) {
    switch unsafe call.tokens {
    case 1: unsafe multiply(call, Scales.self, Middle<middle>.self, Terms<terms>.self, Tokens<1>.self)
    case 2: unsafe multiply(call, Scales.self, Middle<middle>.self, Terms<terms>.self, Tokens<2>.self)
    case 3: unsafe multiply(call, Scales.self, Middle<middle>.self, Terms<terms>.self, Tokens<3>.self)
    case 4: unsafe multiply(call, Scales.self, Middle<middle>.self, Terms<terms>.self, Tokens<4>.self)
    case 5: unsafe multiply(call, Scales.self, Middle<middle>.self, Terms<terms>.self, Tokens<5>.self)
    default: unsafe multiply(call, Scales.self, Middle<middle>.self, Terms<terms>.self, Tokens<6>.self)
    }
}

@unsafe @inline(__always)
private func multiply<Scales: TileScales, let middle: Int, let terms: Int, let tokens: Int>(
    _ call: TileCall, _: Scales.Type, _: Middle<middle>.Type, _: Terms<terms>.Type, _: Tokens<tokens>.Type
) {
    let stride = terms == 1 ? ActivationBlock.int8 : ActivationBlock.split
    let blocks = unsafe call.columns / 32
    // Made once: the initialiser is a call, which would cost as much as the products of a block.
    let zeroSums = InlineArray<tokens, __m512>(repeating: _mm512_setzero_ps())
    let zeroIntegers = InlineArray<tokens, __m512i>(repeating: _mm512_setzero_si512())
    var group = 0
    while unsafe group < call.groups {
        var w = unsafe call.weights + group * call.groupBytes
        // The last pair of groups, where it is the first vector's, is its own neighbour; what comes of it is not stored.
        let distance = unsafe group + 2 < call.groups ? 2 &* call.groupBytes : 0
        var x = unsafe call.activations
        var sums = (first: zeroSums, second: zeroSums)
        for _ in 0..<blocks {
            // Each half in a line of its own: a loop's integers would lie in memory.
            if Scales.perBlock == 1 {
                unsafe add(
                    w, distance, x, .whole, zeroIntegers, Scales.self, Middle<middle>.self, Terms<terms>.self, to: &sums
                )
            } else {
                unsafe add(
                    w, distance, x, .firstHalf, zeroIntegers, Scales.self, Middle<middle>.self, Terms<terms>.self,
                    to: &sums
                )
                unsafe add(
                    w, distance, x, .secondHalf, zeroIntegers, Scales.self, Middle<middle>.self, Terms<terms>.self,
                    to: &sums)
            }
            if Scales.hasMinimum { unsafe addMinimums(w, distance, x, stride, Scales.self, to: &sums) }
            unsafe w += ExpandedBytes<Scales>.bytes
            unsafe x += tokens &* stride
        }
        let rows = unsafe min(call.rows, 8 * call.groups) - 8 * group
        for t in 0..<tokens {
            let output = unsafe call.output + t * call.outputStride + 8 * group
            unsafe storeTile(sums.first[t], to: output, rows: rows, accumulates: call.accumulates)
            if rows > 16 {
                unsafe storeTile(sums.second[t], to: output + 16, rows: rows - 16, accumulates: call.accumulates)
            }
        }
        group += 4
    }
}

/// Adds the products of a part of a block, scaled, to the sums of two vectors of rows.
@unsafe @inline(__always)
private func add<Scales: TileScales, let middle: Int, let terms: Int, let tokens: Int>(
    _ w: UnsafeRawPointer, _ distance: Int, _ x: UnsafeRawPointer, _ part: BlockPart,
    _ zeros: InlineArray<tokens, __m512i>, _: Scales.Type, _: Middle<middle>.Type, _: Terms<terms>.Type,
    to sums: inout (first: InlineArray<tokens, __m512>, second: InlineArray<tokens, __m512>)
) {
    let stride = terms == 1 ? ActivationBlock.int8 : ActivationBlock.split
    var integers = (first: zeros, second: zeros)
    if terms == 2 {
        unsafe addProducts(w, distance, x + ActivationBlock.header, stride, part, to: &integers)
        for t in 0..<tokens {
            integers.first[t] = _mm512_slli_epi32(integers.first[t], 8)
            integers.second[t] = _mm512_slli_epi32(integers.second[t], 8)
        }
    }
    if middle != 0 {
        for t in 0..<tokens {
            let eights = unsafe negatedSums(x + t &* stride, part)
            let offset = middle == 128 ? _mm512_slli_epi32(eights, 4) : eights
            integers.first[t] = _mm512_add_epi32(integers.first[t], offset)
            integers.second[t] = _mm512_add_epi32(integers.second[t], offset)
        }
    }
    let last = terms == 1 ? ActivationBlock.header : ActivationBlock.lowBytes
    unsafe addProducts(w, distance, x + last, stride, part, to: &integers)
    let scales = unsafe w + (ExpandedBytes<Scales>.scales &+ (part == .secondHalf ? 64 : 0))
    let (first, second) = unsafe (_mm512_loadu_ps(scales), _mm512_loadu_ps(scales + distance))
    for t in 0..<tokens {
        let scale = unsafe broadcastFloat(x + t &* stride)
        sums.first[t] = _mm512_fmadd_ps(
            _mm512_cvtepi32_ps(integers.first[t]), _mm512_mul_ps(first, scale), sums.first[t])
        sums.second[t] = _mm512_fmadd_ps(
            _mm512_cvtepi32_ps(integers.second[t]), _mm512_mul_ps(second, scale), sums.second[t])
    }
}

/// Adds the products of a part of a block's bytes with one byte of each activation.
@unsafe @inline(__always)
private func addProducts<let tokens: Int>(
    _ w: UnsafeRawPointer, _ distance: Int, _ x: UnsafeRawPointer, _ stride: Int, _ part: BlockPart,
    to integers: inout (first: InlineArray<tokens, __m512i>, second: InlineArray<tokens, __m512i>)
) {
    let quads = part == .whole ? 0..<8 : part == .firstHalf ? 0..<4 : 4..<8
    for quad in quads {
        let first = unsafe _mm512_loadu_si512(w + 64 &* quad)
        let second = unsafe _mm512_loadu_si512(w + (distance &+ 64 &* quad))
        for t in 0..<tokens {
            let columns = unsafe broadcast(x + (t &* stride &+ 4 &* quad))
            integers.first[t] = _mm512_dpbusd_epi32(integers.first[t], first, columns)
            integers.second[t] = _mm512_dpbusd_epi32(integers.second[t], second, columns)
        }
    }
}

/// Adds the minimums of a block times the sums of its activations.
@unsafe @inline(__always)
private func addMinimums<Scales: TileScales, let tokens: Int>(
    _ w: UnsafeRawPointer, _ distance: Int, _ x: UnsafeRawPointer, _ stride: Int, _: Scales.Type,
    to sums: inout (first: InlineArray<tokens, __m512>, second: InlineArray<tokens, __m512>)
) {
    let parts = Scales.perBlock
    for part in 0..<parts {
        let place = unsafe w + (ExpandedBytes<Scales>.minimums &+ 64 &* part)
        let (first, second) = unsafe (_mm512_loadu_ps(place), _mm512_loadu_ps(place + distance))
        for t in 0..<tokens {
            let sum = unsafe scaledSum(x + t &* stride, parts == 1 ? .whole : .half(part))
            sums.first[t] = _mm512_fmadd_ps(first, sum, sums.first[t])
            sums.second[t] = _mm512_fmadd_ps(second, sum, sums.second[t])
        }
    }
}
