#include "include/Counters.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>

int canCountInstructions(void) { return 1; }

void beginCountingInstructions(void) {
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_TOGGLE_COLLECT;
}

void endCountingInstructions(const char *name) {
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
}

#else

int canCountInstructions(void) { return 0; }
void beginCountingInstructions(void) {}
void endCountingInstructions(const char *name) { (void)name; }

#endif
