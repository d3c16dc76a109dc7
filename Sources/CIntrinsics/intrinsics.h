#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

// What the headers have as macros, which Swift does not see.

/// Asks for a cache line ahead of its use; any address is allowed. (`_mm_prefetch`)
static inline __attribute__((always_inline)) void prefetchLine(const void *address) { __builtin_prefetch(address, 0, 3); }

#if defined(__AVX512F__)
/// One vector over another. (`_mm512_inserti64x4`)
static inline __attribute__((always_inline)) __m512i joinHalves(__m256i low, __m256i high) { return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1); }
#endif
#endif
