// 32 integers, a byte each, into the bits of their format.

/// Four bits: byte j has column j below column j + 16.
@unsafe @inline(__always)
func packNibbles(_ q: UnsafeRawPointer, into out: UnsafeMutableRawPointer) {
    let low = unsafe q.loadUnaligned(as: SIMD16<UInt8>.self)
    let high = unsafe q.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self)
    unsafe out.storeBytes(of: low & 15 | high &<< 4, as: SIMD16<UInt8>.self)
}

/// Five bits: the fifth ones of all columns as a mask of 32 bits, then the other four as nibbles.
@unsafe @inline(__always)
func packFiveBits(_ q: UnsafeRawPointer, into out: UnsafeMutableRawPointer) {
    var mask: UInt32 = 0
    for column in 0..<32 { mask |= UInt32(unsafe q.byte(at: column) >> 4) << UInt32(column) }
    unsafe packNibbles(q, into: out + 4)
    unsafe out.storeBytes(of: mask, as: UInt32.self)
}
