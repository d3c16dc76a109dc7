#pragma once
#if defined(__x86_64__)
#include <immintrin.h>

/// Asks for a cache line ahead of its use; any address is allowed. (`_mm_prefetch` is a macro, which Swift does not see.)
static inline __attribute__((always_inline)) void prefetchLine(const void *address) { __builtin_prefetch(address, 0, 3); }
#endif
