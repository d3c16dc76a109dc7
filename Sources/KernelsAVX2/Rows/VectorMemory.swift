import CIntrinsics

/// The first `count` < 8 floats; the other lanes are zero and not read.
@inline(__always)
func load8(_ source: UnsafePointer<Float>, count: Int) -> __m256 {
    unsafe _mm256_maskload_ps(source, firstLanes(count))
}

/// Writes the first `count` < 8 lanes and nothing else.
@inline(__always)
func store8(_ values: __m256, _ destination: UnsafeMutablePointer<Float>, count: Int) {
    unsafe _mm256_maskstore_ps(destination, firstLanes(count), values)
}

@inline(__always)
private func firstLanes(_ count: Int) -> __m256i {
    _mm256_cmpgt_epi32(
        _mm256_set1_epi32(Int32(truncatingIfNeeded: count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
}

/// The sum of the lanes, in one fixed order: halves, quarters, eighths.
@inline(__always)
func laneSum(_ v: __m256) -> Float {
    let quarter = _mm_add_ps(v.lowHalf, v.highHalf)
    let eighth = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter))
    return _mm_cvtss_f32(_mm_add_ss(eighth, _mm_movehdup_ps(eighth)))
}

/// The greatest lane.
@inline(__always)
func laneMaximum(_ v: __m256) -> Float {
    let quarter = _mm_max_ps(v.lowHalf, v.highHalf)
    let eighth = _mm_max_ps(quarter, _mm_movehl_ps(quarter, quarter))
    return _mm_cvtss_f32(_mm_max_ss(eighth, _mm_movehdup_ps(eighth)))
}
