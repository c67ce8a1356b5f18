/* The networks that the timed steps train, by the name of the work, and the form of their batch. */
#ifndef WICK_BENCH_NETWORKS_H
#define WICK_BENCH_NETWORKS_H
#include "cases.h"

wk_module *bench_network(const bench_case *c);
/* The shape of x, the batch first; returns its dims. */
int bench_input_shape(const bench_case *c, int64_t shape[WK_MAX_DIMS]);

#endif
