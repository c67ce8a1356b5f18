/* What the kernels of cholesky, lu and triangular share: a block that works on one matrix after the other. */
#ifndef WKI_FACTOR_H
#define WKI_FACTOR_H
#include "backends/cuda/kernels/kernel.h"

/* Element e of n, each by one thread of the block */
#define WKI_OF_BLOCK(e, n) for (int64_t e = threadIdx.x, e##_count = (n); e < e##_count; e += blockDim.x)

WKI_DEVICE float wki_root(float x) { return f32::wki_sqrt(x); }
WKI_DEVICE double wki_root(double x) { return f64::wki_sqrt(x); }

/* *y -= c x */
template <typename T> WKI_DEVICE void wki_take(T *y, T c, T x) { *y = wki_fma_of(-c, x, *y); }

/* The matrices in the last two dims, as elements */
static inline wki_lattice wki_matrices_of(const wki_view *const *views, int n)
{
    return wki_lattice_of(views, n, (1u << (views[0]->ndim - 2)) - 1, false);
}

static inline unsigned wki_matrix_grid(int64_t n) { return n < 65536 ? (unsigned)n : 65536; }
#endif
