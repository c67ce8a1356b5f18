/* The numbers that tests/golden/optim.py, clip.py and lbfgs.py draw: multiples of 1 / 256 between -1 and 3, from a
 * linear congruential generator, so that C and Python, f32 and f64, see the very same. */
#ifndef WICK_GOLDEN_NUMBERS_H
#define WICK_GOLDEN_NUMBERS_H
#include "wick/tensor.h"

static inline double golden_number(uint32_t *x)
{
    *x = *x * 1664525u + 1013904223u;
    return (double)((*x >> 16) % 1025) / 256 - 1;
}

static inline wk_tensor *golden_tensor(const double *values, int ndim, const int64_t *shape, wk_dtype dtype)
{
    return wk_to(wk_from(values, ndim, shape, WK_F64), dtype);
}
#endif
