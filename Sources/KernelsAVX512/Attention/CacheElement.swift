import CIntrinsics

/// An element of a cache page: how sixteen of them become floats.
protocol CacheElement: BitwiseCopyable {
    static func load16(_ source: UnsafePointer<Self>) -> __m512
}

/// A binary32 number.
struct SingleElement: CacheElement {
    let value: Float

    @inline(__always)
    static func load16(_ source: UnsafePointer<SingleElement>) -> __m512 {
        unsafe _mm512_loadu_ps(UnsafeRawPointer(source))
    }
}

/// A binary16 number.
struct HalfElement: CacheElement {
    let value: Float16

    @inline(__always)
    static func load16(_ source: UnsafePointer<HalfElement>) -> __m512 {
        unsafe _mm512_cvtph_ps(_mm256_loadu_si256(UnsafeRawPointer(source).assumingMemoryBound(to: __m256i.self)))
    }
}
