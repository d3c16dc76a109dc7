// The rules of gguf-py and ggml for the formats of 32 columns, to the bit: scales from the extremes, integers from the
// scale before it is rounded to f16.

/// Four bits, symmetric: `d = x(max |x|) / −8`, `q = ⌊x / d + 8.5⌋` up to 15. See ``dequantizeQ4_0(_:into:count:)``.
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: |x − y| ≤ |d| (half of it below the largest magnitude), and what f16 takes from d.
/// - Threads: none; callers split by rows.
public func quantizeQ4_0(_ source: UnsafePointer<Float>, into destination: UnsafeMutableRawPointer, count: Int) {
    for block in 0..<count / 32 {
        let out = unsafe destination + 18 * block
        let (d, q) = unsafe symmetric(source + 32 * block, half: 8)
        unsafe out.storeBytes(of: Half.bits(d), as: UInt16.self)
        unsafe q.pack(packNibbles, into: out + 2)
    }
}

/// Five bits, symmetric: `d = x(max |x|) / −16`, `q = ⌊x / d + 16.5⌋` up to 31. See ``dequantizeQ5_0(_:into:count:)``.
///
/// - Precondition, error, threads: as ``quantizeQ4_0(_:into:count:)``.
public func quantizeQ5_0(_ source: UnsafePointer<Float>, into destination: UnsafeMutableRawPointer, count: Int) {
    for block in 0..<count / 32 {
        let out = unsafe destination + 22 * block
        let (d, q) = unsafe symmetric(source + 32 * block, half: 16)
        unsafe out.storeBytes(of: Half.bits(d), as: UInt16.self)
        unsafe q.pack(packFiveBits, into: out + 2)
    }
}

/// Four bits with a minimum: `m = min x`, `d = (max x − m) / 15`, `q = ⌊(x − m) / d + 0.5⌋`. See
/// ``dequantizeQ4_1(_:into:count:)``.
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: |x − y| ≤ d / 2, and what f16 takes from d and m.
/// - Threads: none; callers split by rows.
public func quantizeQ4_1(_ source: UnsafePointer<Float>, into destination: UnsafeMutableRawPointer, count: Int) {
    for block in 0..<count / 32 {
        let out = unsafe destination + 20 * block
        let (d, m, q) = unsafe affine(source + 32 * block, levels: 15)
        unsafe out.storeBytes(of: Half.bits(d), as: UInt16.self)
        unsafe out.storeBytes(of: Half.bits(m), toByteOffset: 2, as: UInt16.self)
        unsafe q.pack(packNibbles, into: out + 4)
    }
}

/// Five bits with a minimum: `m = min x`, `d = (max x − m) / 31`, `q = ⌊(x − m) / d + 0.5⌋`. See
/// ``dequantizeQ5_1(_:into:count:)``.
///
/// - Precondition, error, threads: as ``quantizeQ4_1(_:into:count:)``.
public func quantizeQ5_1(_ source: UnsafePointer<Float>, into destination: UnsafeMutableRawPointer, count: Int) {
    for block in 0..<count / 32 {
        let out = unsafe destination + 24 * block
        let (d, m, q) = unsafe affine(source + 32 * block, levels: 31)
        unsafe out.storeBytes(of: Half.bits(d), as: UInt16.self)
        unsafe out.storeBytes(of: Half.bits(m), toByteOffset: 2, as: UInt16.self)
        unsafe q.pack(packFiveBits, into: out + 4)
    }
}

/// Eight bits: `d = max |x| / 127`, `q = round(x / d)`, ties away from 0. See ``dequantizeQ8_0(_:into:count:)``.
///
/// - Precondition: `count` is a multiple of 32; no overlap. Any alignment.
/// - Error: |x − y| ≤ d / 2, and what f16 takes from d.
/// - Threads: none; callers split by rows.
public func quantizeQ8_0(_ source: UnsafePointer<Float>, into destination: UnsafeMutableRawPointer, count: Int) {
    for block in 0..<count / 32 {
        let out = unsafe destination + 34 * block
        let x = unsafe FloatBlock(source + 32 * block, count: 32)
        let d = x.largestMagnitude / 127
        let factor = inverse(d)
        unsafe out.storeBytes(of: Half.bits(d), as: UInt16.self)
        unsafe x.mapped { ($0 * factor).roundedAway }.storeBytes(to: out + 2)
    }
}

@unsafe @inline(__always)
private func symmetric(_ source: UnsafePointer<Float>, half: Float) -> (d: Float, q: FloatBlock) {
    let x = unsafe FloatBlock(source, count: 32)
    let d = unsafe FloatBlock.firstExtreme(source, magnitude: x.largestMagnitude) / -half
    let factor = inverse(d)
    return (d, x.mapped { ($0 * factor + (half + 0.5)).lanewiseBounded(0...(2 * half - 1)).truncated })
}

@unsafe @inline(__always)
private func affine(_ source: UnsafePointer<Float>, levels: Float) -> (d: Float, m: Float, q: FloatBlock) {
    let x = unsafe FloatBlock(source, count: 32)
    let m = x.smallest
    let d = (x.largest - m) / levels
    let factor = inverse(d)
    return (d, m, x.mapped { (($0 - m) * factor + 0.5).lanewiseBounded(0...levels).truncated })
}

/// 0 for a scale of 0, and for one so small that its inverse is no number: such a block is all zeros either way.
@inline(__always)
func inverse(_ scale: Float) -> Float {
    let inverse = 1 / scale
    return inverse.isFinite ? inverse : 0
}
