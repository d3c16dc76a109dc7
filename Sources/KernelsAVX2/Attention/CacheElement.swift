import CIntrinsics

/// An element of a cache page: how eight of them become floats, and a float becomes one.
protocol CacheElement: BitwiseCopyable {
    static func load8(_ source: UnsafePointer<Self>) -> __m256
    init(rounding value: Float)
}

/// A binary32 number.
struct SingleElement: CacheElement {
    let value: Float

    @inline(__always)
    static func load8(_ source: UnsafePointer<SingleElement>) -> __m256 {
        unsafe _mm256_loadu_ps(UnsafeRawPointer(source).assumingMemoryBound(to: Float.self))
    }

    @inline(__always)
    init(rounding value: Float) { self.value = value }
}

/// A binary16 number.
struct HalfElement: CacheElement {
    let value: Float16

    @inline(__always)
    static func load8(_ source: UnsafePointer<HalfElement>) -> __m256 {
        unsafe _mm256_cvtph_ps(_mm_loadu_si128(UnsafeRawPointer(source).assumingMemoryBound(to: __m128i.self)))
    }

    @inline(__always)
    init(rounding value: Float) { self.value = Float16(value) }
}
