#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

// What the headers have as macros, which Swift does not see.

/// Asks for a cache line ahead of its use; any address is allowed. (`_mm_prefetch`)
static inline __attribute__((always_inline)) void prefetchLine(const void *address) { __builtin_prefetch(address, 0, 3); }

#if defined(__AVX2__)
/// Ones where a is below b, zeros where it is not or either is NaN. (`_mm256_cmp_ps`)
static inline __attribute__((always_inline)) __m256 isBelow(__m256 a, __m256 b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }

/// To the nearest integers, ties to even. (`_mm256_round_ps`)
static inline __attribute__((always_inline)) __m256 roundToEven(__m256 v) { return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

/// Eight binary16 numbers, to nearest, ties to even. (`_mm256_cvtps_ph`)
static inline __attribute__((always_inline)) __m128i halves(__m256 v) { return _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT); }
#endif

#if defined(__AVX512F__)
/// One vector over another. (`_mm512_inserti64x4`)
static inline __attribute__((always_inline)) __m512i joinHalves(__m256i low, __m256i high) { return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1); }
#endif
#endif
