// Counts allocations by standing before malloc: linked into a benchmark, or preloaded into any program
// (clang -shared -fPIC, LD_PRELOAD), which then writes its count to the file $ALLOCATION_COUNT when it ends.
//
// With ALLOCATION_SITES set, too, a line follows for each stack that allocated: how often, then its return addresses as
// file+offset, innermost first. `llvm-symbolizer --obj=FILE OFFSET …` names them.

#define _GNU_SOURCE
#include "include/Counters.h"

#if defined(__linux__) && __has_include(<features.h>)
#include <features.h>
#endif

#if defined(__GLIBC__)
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// glibc's own names of what is replaced here.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_long allocations;

// Stacks, in a table of open addresses; one thread at a time.
enum { frames = 16, slots = 1 << 15 };
static struct Site {
    void *stack[frames];
    int depth;
    long count;
} sites[slots];
static atomic_flag isBusy = ATOMIC_FLAG_INIT;
static int isAsked;
static _Thread_local int isInside;

__attribute__((constructor)) static void ask(void) { isAsked = getenv("ALLOCATION_SITES") != NULL; }

static void noteSite(void) {
    if (isInside) return;
    // `backtrace` allocates when it is first called.
    isInside = 1;
    struct Site new = {.count = 1};
    new.depth = backtrace(new.stack, frames);
    size_t hash = 0;
    for (int i = 0; i < new.depth; i++) hash = hash * 1000003 + (size_t)new.stack[i];
    while (atomic_flag_test_and_set(&isBusy)) {}
    for (size_t tries = 0; tries < slots; tries++) {
        struct Site *site = &sites[(hash + tries) % slots];
        if (site->count == 0) {
            *site = new;
            break;
        }
        if (memcmp(site->stack, new.stack, sizeof new.stack) == 0) {
            site->count++;
            break;
        }
    }
    atomic_flag_clear(&isBusy);
    isInside = 0;
}

static void count(void) {
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    if (isAsked) noteSite();
}

long allocationCount(void) { return atomic_load_explicit(&allocations, memory_order_relaxed); }

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t items, size_t size) {
    count();
    return __libc_calloc(items, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    *result = memalign(alignment, size);
    return *result ? 0 : ENOMEM;
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
    count();
    return (void *)syscall(SYS_mmap, address, size, protection, flags, file, offset);
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("ALLOCATION_COUNT");
    // Taken before the report allocates.
    long total = allocationCount();
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    isInside = 1;
    fprintf(file, "%ld\n", total);
    for (size_t i = 0; i < slots; i++) {
        if (sites[i].count == 0) continue;
        fprintf(file, "%ld", sites[i].count);
        for (int frame = 0; frame < sites[i].depth; frame++) {
            Dl_info info;
            if (dladdr(sites[i].stack[frame], &info) && info.dli_fname) {
                fprintf(file, " %s+%#lx", info.dli_fname, (char *)sites[i].stack[frame] - (char *)info.dli_fbase);
            }
        }
        fprintf(file, "\n");
    }
    fclose(file);
}

#else

long allocationCount(void) { return -1; }

#endif
