/// Writes keys and values of one head for consecutive positions of one page of 8-bit integers.
///
/// `scale = max |x| / 127`, rounded up to binary16, for every 32 dimensions; `b = 128 + round(x / scale)`
///
///     source k, v   rows × headSize floats, `stride` floats from row to row
///     page          see ``QuantizedPage``
///
/// - Precondition: slot + rows ≤ 64.
/// - Error: |x − scale · (b − 128)| ≤ scale / 2, and scale ≤ max |x| / 127 · (1 + 2⁻¹⁰) + 2⁻²⁴. A block with a NaN, an
///   infinity or a magnitude beyond 127 · 65,504 gets a NaN scale, which every product shows. All instruction sets store the
///   same bytes.
/// - Threads: none; callers split by heads.
func storeCacheQ8(_ call: CacheStoreCall) {
    for row in 0..<(unsafe call.rows) {
        let slot = unsafe call.slot + row
        unsafe storeKey(call.keys + row * call.stride, headSize: call.headSize, slot: slot, into: call.keyPage)
        unsafe storeValue(
            call.values + row * call.stride, headSize: call.headSize, valueStride: call.valueStride, slot: slot,
            into: call.valuePage)
    }
}

/// One byte for each dimension: a quad's four are one 32-bit lane.
@unsafe @inline(__always)
private func storeKey(
    _ key: UnsafePointer<Float>, headSize: Int, slot: Int, into page: UnsafeMutableRawPointer
) {
    var block = unsafe page
    for start in stride(from: 0, to: headSize, by: QuantizedPage.blockDimensions) {
        var stored = unsafe StoredBlock(key + start, count: headSize - start)
        unsafe block.storeBytes(of: stored.scale, toByteOffset: 2 * slot, as: UInt16.self)
        let count = QuantizedPage.keyQuads(dimensions: headSize - start)
        let quads = unsafe block + QuantizedPage.offset(ofLane: slot, quads: count)
        unsafe withUnsafeBytes(of: &stored.bytes) { bytes in
            for quad in 0..<count {
                unsafe quads.storeBytes(
                    of: bytes.loadUnaligned(fromByteOffset: 4 * quad, as: UInt32.self),
                    toByteOffset: quad * QuantizedPage.quadBytes, as: UInt32.self)
            }
        }
        unsafe block += QuantizedPage.blockBytes
    }
}

/// One byte for each dimension, each in a lane of its own, which it shares with the three neighbouring slots.
@unsafe @inline(__always)
private func storeValue(
    _ value: UnsafePointer<Float>, headSize: Int, valueStride: Int, slot: Int, into page: UnsafeMutableRawPointer
) {
    var block = unsafe page
    for start in stride(from: 0, to: headSize, by: QuantizedPage.blockDimensions) {
        var stored = unsafe StoredBlock(value + start, count: headSize - start)
        unsafe block.storeBytes(of: stored.scale, toByteOffset: 2 * slot, as: UInt16.self)
        let quad = unsafe block + (slot / 4 * QuantizedPage.quadBytes + slot % 4)
        unsafe withUnsafeBytes(of: &stored.bytes) { bytes in
            for d in 0..<min(headSize - start, QuantizedPage.blockDimensions) {
                let lane = QuantizedPage.offset(ofLane: d, quads: QuantizedPage.valueQuads)
                unsafe quad.storeBytes(of: bytes[d], toByteOffset: lane, as: UInt8.self)
            }
        }
        unsafe block += QuantizedPage.blockBytes
    }
}

/// 32 dimensions of a key or a value: the bits of their scale, and a byte for each.
private struct StoredBlock {
    let scale: UInt16
    var bytes = SIMD32<UInt8>()

    /// Up to 32 floats; dimensions beyond `count` are zeros.
    @unsafe @inline(__always)
    init(_ source: UnsafePointer<Float>, count: Int) {
        let values = unsafe FloatBlock(source, count: count)
        let largest = QuantizedPage.largest
        let magnitude = values.largestMagnitude
        var bits = Half.bits(magnitude / largest)
        // Up, so that the largest magnitude fits, whatever its scale lost in rounding.
        if Half.float(bits) * largest < magnitude { bits += 1 }
        let isFinite = magnitude.isFinite && bits < 0x7c00
        scale = isFinite ? bits : 0x7e00
        let quantized =
            isFinite && bits != 0
            ? IntegerBlock(values, times: 1 / Half.float(bits), within: -largest...largest) : .zero
        let biased = quantized.adding(QuantizedPage.bias)
        unsafe withUnsafeMutableBytes(of: &bytes) { unsafe biased.storeInt8(to: $0.baseAddress!) }
    }
}
