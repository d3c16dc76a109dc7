import CIntrinsics
import Kernels

/// From the order of the rows to that of their slots (``TileLayout/byteRow(_:)``), or back.
@inline(__always)
func inSlots(_ v: __m256) -> __m256 { _mm256_permutevar8x32_ps(v, slots) }

/// The same for the four bytes of each row.
@inline(__always)
func inSlots(_ v: __m256i) -> __m256i { _mm256_permutevar8x32_epi32(v, slots) }

@inline(__always)
private var slots: __m256i { _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7) }
