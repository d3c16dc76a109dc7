/// 32 floats, the columns that share a scale, as four vectors. (One of 32 lanes is more than the compiler unrolls.)
struct FloatBlock {
    var a: SIMD8<Float>
    var b: SIMD8<Float>
    var c: SIMD8<Float>
    var d: SIMD8<Float>

    /// Up to 32 floats, zeros beyond `count`.
    @unsafe @inline(__always)
    init(_ source: UnsafePointer<Float>, count: Int) {
        let raw = unsafe UnsafeRawPointer(source)
        if count >= 32 {
            a = unsafe raw.loadUnaligned(as: SIMD8<Float>.self)
            b = unsafe raw.loadUnaligned(fromByteOffset: 32, as: SIMD8<Float>.self)
            c = unsafe raw.loadUnaligned(fromByteOffset: 64, as: SIMD8<Float>.self)
            d = unsafe raw.loadUnaligned(fromByteOffset: 96, as: SIMD8<Float>.self)
        } else {
            (a, b, c, d) = (.zero, .zero, .zero, .zero)
            for i in 0..<count {
                let value = unsafe source[i]
                switch i / 8 {
                case 0: a[i % 8] = value
                case 1: b[i % 8] = value
                case 2: c[i % 8] = value
                default: d[i % 8] = value
                }
            }
        }
    }

    /// The largest magnitude. As integers, magnitudes order like floats, and NaN stands above infinity.
    var largestMagnitude: Float {
        @inline(__always) get {
            let ab = Self.magnitudeBits(a).lanewiseMax(Self.magnitudeBits(b))
            let cd = Self.magnitudeBits(c).lanewiseMax(Self.magnitudeBits(d))
            return Float(bitPattern: UInt32(bitPattern: ab.lanewiseMax(cd).max()))
        }
    }

    @inline(__always)
    private static func magnitudeBits(_ v: SIMD8<Float>) -> SIMD8<Int32> {
        unsafe unsafeBitCast(v, to: SIMD8<Int32>.self) & 0x7fff_ffff
    }

    /// Each value through a function.
    @inline(__always)
    func map<Element>(_ body: (SIMD8<Float>) -> SIMD8<Element>) -> (
        SIMD8<Element>, SIMD8<Element>, SIMD8<Element>, SIMD8<Element>
    ) { (body(a), body(b), body(c), body(d)) }

    /// Σ x².
    var squareSum: Float {
        @inline(__always) get { (a * a + b * b + (c * c + d * d)).sum() }
    }
}

/// The integers of 32 columns.
struct IntegerBlock {
    var a: SIMD8<Int32>
    var b: SIMD8<Int32>
    var c: SIMD8<Int32>
    var d: SIMD8<Int32>

    static var zero: IntegerBlock { IntegerBlock(a: .zero, b: .zero, c: .zero, d: .zero) }

    init(a: SIMD8<Int32>, b: SIMD8<Int32>, c: SIMD8<Int32>, d: SIMD8<Int32>) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    /// Floats times a factor, to nearest, ties to even, held within bounds.
    @inline(__always)
    init(_ x: FloatBlock, times factor: Float, within bounds: ClosedRange<Float>) {
        (a, b, c, d) = x.map { Self.rounded($0 * factor, bounds) }
    }

    /// Without a trap for NaN: adding 1.5·2²³ leaves the integer in the last bits.
    @inline(__always)
    private static func rounded(_ v: SIMD8<Float>, _ bounds: ClosedRange<Float>) -> SIMD8<Int32> {
        let shifted = v.lanewiseBounded(bounds) + 0x1.8p23
        return unsafe unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- 0x4b40_0000
    }

    /// Σ over columns 0...15 and 16...31.
    var halfSums: (Int32, Int32) {
        @inline(__always) get { ((a &+ b).wrappedSum(), (c &+ d).wrappedSum()) }
    }

    /// Σ of the products of columns 0...15 with those 16 further on.
    var halvesProduct: Int32 {
        @inline(__always) get { (a &* c &+ b &* d).wrappedSum() }
    }

    /// Σ over the first two and over the last two of every four columns.
    var laneSums: (Int32, Int32) {
        @inline(__always) get {
            let sums = (a &+ b) &+ (c &+ d)
            let lanes = sums.lowHalf &+ sums.highHalf
            return (lanes[0] &+ lanes[1], lanes[2] &+ lanes[3])
        }
    }

    /// Adds to every integer.
    @inline(__always)
    func adding(_ offset: Int32) -> IntegerBlock {
        IntegerBlock(a: a &+ offset, b: b &+ offset, c: c &+ offset, d: d &+ offset)
    }

    /// The h of q = 256·h + l where l, the last byte, is signed.
    var highBytes: IntegerBlock {
        @inline(__always) get {
            let q = adding(128)
            return IntegerBlock(a: q.a &>> 8, b: q.b &>> 8, c: q.c &>> 8, d: q.d &>> 8)
        }
    }

    /// The last byte of each.
    @unsafe @inline(__always)
    func storeInt8(to out: UnsafeMutableRawPointer) {
        unsafe out.storeBytes(of: SIMD8<Int8>(truncatingIfNeeded: a), as: SIMD8<Int8>.self)
        unsafe out.storeBytes(of: SIMD8<Int8>(truncatingIfNeeded: b), toByteOffset: 8, as: SIMD8<Int8>.self)
        unsafe out.storeBytes(of: SIMD8<Int8>(truncatingIfNeeded: c), toByteOffset: 16, as: SIMD8<Int8>.self)
        unsafe out.storeBytes(of: SIMD8<Int8>(truncatingIfNeeded: d), toByteOffset: 24, as: SIMD8<Int8>.self)
    }

    @unsafe @inline(__always)
    func storeInt16(to out: UnsafeMutableRawPointer) {
        unsafe out.storeBytes(of: SIMD8<Int16>(truncatingIfNeeded: a), as: SIMD8<Int16>.self)
        unsafe out.storeBytes(of: SIMD8<Int16>(truncatingIfNeeded: b), toByteOffset: 16, as: SIMD8<Int16>.self)
        unsafe out.storeBytes(of: SIMD8<Int16>(truncatingIfNeeded: c), toByteOffset: 32, as: SIMD8<Int16>.self)
        unsafe out.storeBytes(of: SIMD8<Int16>(truncatingIfNeeded: d), toByteOffset: 48, as: SIMD8<Int16>.self)
    }
}
