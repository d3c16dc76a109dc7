/// Quantises a query to 16-bit integers.
///
/// `scale = max |q| / 32639`, `c = round(q / scale)`, to nearest, ties to even
///
///     query         headSize floats, any alignment
///     destination   see ``QuantizedQuery``
///
/// - Error: |q − scale · c| ≤ scale / 2, some 2⁻¹⁶ of the largest magnitude, where a stored key is off by up to 2⁻⁸ of
///   its own. A query with a NaN or an infinity gets a NaN scale, which every score shows; one whose largest
///   magnitude is below 2⁻¹¹⁶ becomes zeros.
/// - Threads: none; callers split by heads and rows.
func quantizeQuery(_ query: UnsafePointer<Float>, headSize: Int, into destination: UnsafeMutableRawPointer) {
    let size = QuantizedPage.blockDimensions
    var magnitude: Float = 0
    for start in stride(from: 0, to: headSize, by: size) {
        let block = unsafe FloatBlock(query + start, count: headSize - start)
        let largest = block.largestMagnitude
        // Written so that NaN, once there, stays.
        magnitude = largest > magnitude || !largest.isFinite ? largest : magnitude
        if !magnitude.isFinite { break }
    }
    let scale = CoefficientScale(magnitude: magnitude)
    let largest = QuantizedPage.largestCoefficient
    unsafe destination.storeBytes(of: scale.value, as: Float.self)
    var out = unsafe destination + QuantizedQuery.headerBytes
    for start in stride(from: 0, to: headSize, by: size) {
        let block = unsafe FloatBlock(query + start, count: headSize - start)
        let c = scale.isEmpty ? .zero : IntegerBlock(block, times: scale.inverse, within: -largest...largest)
        let (low, high) = c.halfSums
        unsafe out.storeBytes(of: -QuantizedPage.bias &* (low &+ high), as: Int32.self)
        unsafe c.quadsReordered.storeInt16(to: out + QuantizedQuery.blockHeaderBytes)
        unsafe out += QuantizedQuery.blockBytes
    }
}

extension IntegerBlock {
    /// Of each four 0 1 2 3 the order 0 2 1 3.
    var quadsReordered: IntegerBlock {
        @inline(__always) get {
            IntegerBlock(
                a: Self.reordered(a), b: Self.reordered(b), c: Self.reordered(c), d: Self.reordered(d))
        }
    }

    @inline(__always)
    private static func reordered(_ v: SIMD8<Int32>) -> SIMD8<Int32> {
        SIMD8(v[0], v[2], v[1], v[3], v[4], v[6], v[5], v[7])
    }
}
