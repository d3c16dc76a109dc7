import CIntrinsics

/// An element of a cache page: how eight of them become floats, and floats become them.
protocol CacheElement: BitwiseCopyable {
    static func load8(_ source: UnsafePointer<Self>) -> __m256
    static func store8(_ values: __m256, to destination: UnsafeMutablePointer<Self>)
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
    static func store8(_ values: __m256, to destination: UnsafeMutablePointer<SingleElement>) {
        unsafe _mm256_storeu_ps(UnsafeMutableRawPointer(destination).assumingMemoryBound(to: Float.self), values)
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
    static func store8(_ values: __m256, to destination: UnsafeMutablePointer<HalfElement>) {
        unsafe _mm_storeu_si128(
            UnsafeMutableRawPointer(destination).assumingMemoryBound(to: __m128i.self), halves(values))
    }

    @inline(__always)
    init(rounding value: Float) { self.value = Float16(value) }
}
