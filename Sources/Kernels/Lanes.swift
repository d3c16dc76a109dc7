// Conversions of whole vectors, lane by lane. The generic ones of the standard library are not always inlined, and
// then cost a call and a loop; these become two or three instructions.

extension SIMD8<Float> {
    @inlinable @inline(__always)
    init(converting v: SIMD8<Int32>) {
        self.init(
            Float(v[0]), Float(v[1]), Float(v[2]), Float(v[3]), Float(v[4]), Float(v[5]), Float(v[6]), Float(v[7]))
    }

    /// The smaller of two, lane by lane.
    @inline(__always)
    func lanewiseMin(_ o: SIMD8<Float>) -> SIMD8<Float> {
        var result = self
        for lane in 0..<8 { result[lane] = o[lane] < self[lane] ? o[lane] : self[lane] }
        return result
    }

    /// The larger of two, lane by lane.
    @inline(__always)
    func lanewiseMax(_ o: SIMD8<Float>) -> SIMD8<Float> {
        var result = self
        for lane in 0..<8 { result[lane] = o[lane] > self[lane] ? o[lane] : self[lane] }
        return result
    }

    /// Every lane within bounds.
    @inline(__always)
    func lanewiseBounded(_ bounds: ClosedRange<Float>) -> SIMD8<Float> {
        lanewiseMax(SIMD8(repeating: bounds.lowerBound)).lanewiseMin(SIMD8(repeating: bounds.upperBound))
    }
}

extension SIMD8<Int32> {
    @inlinable @inline(__always)
    init(widening v: SIMD8<Int8>) {
        self.init(
            Int32(v[0]), Int32(v[1]), Int32(v[2]), Int32(v[3]), Int32(v[4]), Int32(v[5]), Int32(v[6]), Int32(v[7]))
    }

    /// The larger of two, lane by lane.
    @inline(__always)
    func lanewiseMax(_ o: SIMD8<Int32>) -> SIMD8<Int32> {
        SIMD8(
            Swift.max(self[0], o[0]), Swift.max(self[1], o[1]), Swift.max(self[2], o[2]), Swift.max(self[3], o[3]),
            Swift.max(self[4], o[4]),
            Swift.max(self[5], o[5]), Swift.max(self[6], o[6]), Swift.max(self[7], o[7]))
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
