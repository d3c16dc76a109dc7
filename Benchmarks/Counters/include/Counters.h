#pragma once

/// Calls of malloc and its relatives since the process began, and of mmap; -1 where they cannot be counted (not glibc).
long allocationCount(void);

/// Whether this build can count instructions: it was compiled where valgrind's headers are.
int canCountInstructions(void);

/// Under `valgrind --tool=callgrind --instr-atstart=no --collect-atstart=no`, counts instructions from here on; else
/// does nothing.
void beginCountingInstructions(void);

/// Ends what `beginCountingInstructions` began; callgrind writes the count under this name.
void endCountingInstructions(const char *name);
