/* The peak memory of training steps, by the processes' resident sizes: see README.md, "Memory". */
#ifndef WICK_BENCH_MEMORY_H
#define WICK_BENCH_MEMORY_H
#include "cases.h"

void bench_memory_heading(bool peer);
/* In a process of its own, and for each way of the peer in a process of its own; peer and script NULL: wick alone. A row of the table, or
 * an object a line. */
bool bench_memory(const bench_case *c, const char *peer, const char *script, int threads, bool eager, bool json);

#endif
