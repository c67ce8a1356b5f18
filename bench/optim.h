/* What the two halves of bench/optim share. */
#ifndef WICK_BENCH_OPTIM_H
#define WICK_BENCH_OPTIM_H
#include <stdbool.h>
#include <stdint.h>

enum { BENCH_OPTIM_BLOCKS = 20 }; /* of a matrix and two rows */

typedef struct bench_optim_case {
    const char *name, *wick, *options; /* "momentum"; for wk_optim_by_name */
    double near;
} bench_optim_case;

typedef struct bench_optim_options {
    const char *peer, *only; /* NULL: wick alone; every case */
    int threads, samples;
    int64_t parameters; /* about so many */
    bool json, in_backward;
} bench_optim_options;

/* Training steps of a network of so many square layers, its updates in backward in turn with those after it. */
bool bench_optim_in_backward(const bench_optim_options *o, const bench_optim_case *c, int64_t rows);

#endif
