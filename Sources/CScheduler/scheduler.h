#pragma once
#if defined(__linux__)
#include <stddef.h>
#include <stdint.h>

// Linux' own calls: the C library's headers show them to those who define _GNU_SOURCE, as Swift's module of it does not.

/// The processor that the calling thread runs on. (`sched_getcpu`)
int currentProcessor(void) __asm__("sched_getcpu");

/// Reads the processors that a thread may run on, 0 for the calling one: a bit each. (`sched_getaffinity`)
int getProcessors(int thread, size_t bytes, uint64_t *set) __asm__("sched_getaffinity");

/// Sets them, and moves the thread there. (`sched_setaffinity`)
int setProcessors(int thread, size_t bytes, const uint64_t *set) __asm__("sched_setaffinity");
#endif
