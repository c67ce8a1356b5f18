/* What the kernels of cholesky, lu and triangular share: a block that works on one matrix after the other. */
#ifndef WKI_FACTOR_H
#define WKI_FACTOR_H
#include "backends/cuda/kernels/kernel.h"

/* Element e of n, each by one thread of the block */
#define WKI_OF_BLOCK(e, n) for (int64_t e = threadIdx.x, e##_count = (n); e < e##_count; e += blockDim.x)

WKI_DEVICE float wki_root(float x) { return f32::wki_sqrt(x); }
WKI_DEVICE double wki_root(double x) { return f64::wki_sqrt(x); }

/* Rows from `first` to n - 1, each by one warp, whose lanes have elements side by side */
#define WKI_ROWS_OF_BLOCK(i, first, n) for (int64_t i = (first) + threadIdx.x / 32; i < (n); i += blockDim.x / 32)

/* Threads of a block: of a small matrix there is no work for more. */
enum { WKI_FACTOR_THREADS = 1024, WKI_FACTOR_SMALL = 64 };
static inline unsigned wki_factor_block(int64_t n) { return n > WKI_FACTOR_SMALL ? (unsigned)WKI_FACTOR_THREADS : (unsigned)WKI_THREADS; }

/* *y -= c x */
template <typename T> WKI_DEVICE void wki_take(T *y, T c, T x) { *y = wki_fma_of(-c, x, *y); }

/* y[j] -= c x[j] from `first` to n - 1, by the lanes of a warp */
template <typename T> WKI_DEVICE void wki_take_row(T *y, T c, const T *x, int64_t first, int64_t n)
{
    for (int64_t j = first + threadIdx.x % 32; j < n; j += 32) wki_take(y + j, c, x[j]);
}

/* The matrices in the last two dims, as elements */
static inline wki_lattice wki_matrices_of(const wki_view *const *views, int n)
{
    return wki_lattice_of(views, n, (1u << (views[0]->ndim - 2)) - 1, false);
}

static inline unsigned wki_matrix_grid(int64_t n) { return n < 65536 ? (unsigned)n : 65536; }
#endif
