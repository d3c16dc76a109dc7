// Eight floats at a time, from and to any address.

extension UnsafePointer<Float> {
    @inline(__always)
    func load8(at offset: Int) -> SIMD8<Float> {
        unsafe UnsafeRawPointer(self + offset).loadUnaligned(as: SIMD8<Float>.self)
    }

    /// The first `count` < 8 of eight; the others are zero and not read.
    @inline(__always)
    func load8(at offset: Int, count: Int) -> SIMD8<Float> {
        var result = SIMD8<Float>.zero
        for lane in 0..<count { result[lane] = unsafe self[offset + lane] }
        return result
    }
}

extension UnsafeMutablePointer<Float> {
    @inline(__always)
    func load8(at offset: Int) -> SIMD8<Float> { unsafe UnsafePointer(self).load8(at: offset) }

    @inline(__always)
    func store8(_ values: SIMD8<Float>, at offset: Int) {
        unsafe UnsafeMutableRawPointer(self + offset).storeBytes(of: values, as: SIMD8<Float>.self)
    }

    /// The first `count` < 8 of eight; what follows is not written.
    @inline(__always)
    func store8(_ values: SIMD8<Float>, at offset: Int, count: Int) {
        for lane in 0..<count { unsafe self[offset + lane] = values[lane] }
    }
}

extension SIMD8<Float> {
    /// The sum of the lanes, in one fixed order: halves, quarters, eighths.
    @inline(__always)
    var laneSum: Float {
        let quarter = lowHalf + highHalf
        let eighth = quarter.lowHalf + quarter.highHalf
        return eighth.x + eighth.y
    }

    /// The greatest lane.
    @inline(__always)
    var laneMaximum: Float {
        let quarter = lowHalf.greater(than: highHalf)
        let eighth = Swift.max(quarter.x, quarter.z)
        return Swift.max(eighth, Swift.max(quarter.y, quarter.w))
    }

    /// The greater of each pair of lanes.
    @inline(__always)
    func greater(than other: Self) -> Self { replacing(with: other, where: self .< other) }
}

extension SIMD4<Float> {
    @inline(__always)
    func greater(than other: Self) -> Self { replacing(with: other, where: self .< other) }
}
