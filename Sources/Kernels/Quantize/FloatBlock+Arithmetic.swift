// What the fixed rules do with 32 floats at once.

extension FloatBlock {
    @inline(__always)
    init(a: SIMD8<Float>, b: SIMD8<Float>, c: SIMD8<Float>, d: SIMD8<Float>) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }

    @inline(__always)
    func mapped(_ body: (SIMD8<Float>) -> SIMD8<Float>) -> FloatBlock {
        FloatBlock(a: body(a), b: body(b), c: body(c), d: body(d))
    }

    var smallest: Float {
        @inline(__always) get { a.lanewiseMin(b).lanewiseMin(c.lanewiseMin(d)).min() }
    }

    var largest: Float {
        @inline(__always) get { a.lanewiseMax(b).lanewiseMax(c.lanewiseMax(d)).max() }
    }

    /// The first of the values whose magnitude is the largest.
    @unsafe @inline(__always)
    static func firstExtreme(_ source: UnsafePointer<Float>, magnitude: Float) -> Float {
        for index in 0..<32 where unsafe source[index].magnitude == magnitude { return unsafe source[index] }
        return 0
    }

    /// A byte for each column.
    ///
    /// - Precondition: integers from −128 to 255.
    @unsafe @inline(__always)
    func storeBytes(to out: UnsafeMutableRawPointer) {
        unsafe out.storeBytes(of: SIMD8<UInt8>(truncatingIfNeeded: a.integers), as: SIMD8<UInt8>.self)
        unsafe out.storeBytes(of: SIMD8<UInt8>(truncatingIfNeeded: b.integers), toByteOffset: 8, as: SIMD8<UInt8>.self)
        unsafe out.storeBytes(of: SIMD8<UInt8>(truncatingIfNeeded: c.integers), toByteOffset: 16, as: SIMD8<UInt8>.self)
        unsafe out.storeBytes(of: SIMD8<UInt8>(truncatingIfNeeded: d.integers), toByteOffset: 24, as: SIMD8<UInt8>.self)
    }

    /// The integers, from 0, in the bits of their format.
    @unsafe @inline(__always)
    func pack(_ pack: (UnsafeRawPointer, UnsafeMutableRawPointer) -> Void, into out: UnsafeMutableRawPointer) {
        unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { bytes in
            unsafe storeBytes(to: bytes.baseAddress!)
            unsafe pack(bytes.baseAddress!, out)
        }
    }
}
