/// An element of a cache page: how eight of them become floats, and a float becomes one.
protocol CacheElement: BitwiseCopyable {
    static func load8(_ source: UnsafePointer<Self>) -> SIMD8<Float>
    init(rounding value: Float)
}

extension Float: CacheElement {
    @inline(__always)
    static func load8(_ source: UnsafePointer<Float>) -> SIMD8<Float> {
        unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self)
    }

    @inline(__always)
    init(rounding value: Float) { self = value }
}

/// The bits of a binary16 number.
struct HalfBits: CacheElement {
    let bits: UInt16

    @inline(__always)
    static func load8(_ source: UnsafePointer<HalfBits>) -> SIMD8<Float> {
        unsafe Half.floats(UnsafeRawPointer(source).loadUnaligned(as: SIMD8<UInt16>.self))
    }

    @inline(__always)
    init(rounding value: Float) { bits = Half.bits(value) }
}
