// Conversions of whole vectors, lane by lane. The generic ones of the standard library are not always inlined, and
// then cost a call and a loop; these become two or three instructions.

extension SIMD8<Float> {
    @inlinable @inline(__always)
    init(converting v: SIMD8<Int32>) {
        self.init(
            Float(v[0]), Float(v[1]), Float(v[2]), Float(v[3]), Float(v[4]), Float(v[5]), Float(v[6]), Float(v[7]))
    }
}

extension SIMD8<Int32> {
    @inlinable @inline(__always)
    init(widening v: SIMD8<Int8>) {
        self.init(
            Int32(v[0]), Int32(v[1]), Int32(v[2]), Int32(v[3]), Int32(v[4]), Int32(v[5]), Int32(v[6]), Int32(v[7]))
    }

    /// Each lane the sum of two neighbouring 16-bit ones.
    @inlinable @inline(__always)
    init(pairSums v: SIMD16<Int16>) {
        let pairs = unsafe unsafeBitCast(v, to: SIMD8<Int32>.self)
        self = ((pairs &<< 16) &>> 16) &+ (pairs &>> 16)
    }
}

extension SIMD8<UInt32> {
    @inlinable @inline(__always)
    init(widening v: SIMD8<UInt16>) {
        self.init(
            UInt32(v[0]), UInt32(v[1]), UInt32(v[2]), UInt32(v[3]), UInt32(v[4]), UInt32(v[5]), UInt32(v[6]),
            UInt32(v[7]))
    }
}
