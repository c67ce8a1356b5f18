/* What kernels of small products share: their arguments, and what is done to a sum. */
#ifndef WKI_CUDA_SMALL_ARGS_H
#define WKI_CUDA_SMALL_ARGS_H
#include "backends/cuda/kernels/finish.h"
#include "backends/cuda/kernels/small.h"

typedef struct small_args {
    int64_t m, n, k;
    int64_t row[4], column[4]; /* steps in c, a, b, mask: along m, or k in b; along n, or k in a */
    wki_lattice batch;         /* of the same */
    void *data[4];
    const void *bias; /* one number a column; NULL: none */
    bool accumulate, relu;
} small_args;

enum { C, A, B, MASK, MOST_BATCH = 65535 };

template <class T> WKI_DEVICE void finish(const small_args &g, const int64_t at[4], int64_t row, int64_t column, T sum)
{
    if (row >= g.m || column >= g.n) return;
    T *c = (T *)g.data[C] + at[C] + row * g.row[C] + column * g.column[C];
    const T *mask = (const T *)g.data[MASK];
    if (g.accumulate) sum += *c;
    if (mask) mask += at[MASK] + row * g.row[MASK] + column * g.column[MASK];
    *c = wki_finished(sum, g.bias ? (const T *)g.bias + column : NULL, g.relu, mask);
}

/* Of no more than WKI_DOTS multiplications; then: NULL, or what float goes on with. */
enum { WKI_DOTS = 1 << 16 };
template <class T> void wki_dots(const wki_queue *queue, const small_args *g, const wki_chain *then);
#endif
