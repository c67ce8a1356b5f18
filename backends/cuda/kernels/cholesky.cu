/* cholesky: the lower triangular factor of each matrix, one at a time in a block, in the order of the pivots as on the
 * CPU: first the upper factor of the transpose, then turned. */
#include "backends/cuda/kernels/factor.h"

template <typename T>
static __global__ void __launch_bounds__(WKI_FACTOR_THREADS)
    cholesky(const wki_lattice matrices, int64_t n, int64_t down, int64_t right, T *to, const T *from)
{
    WKI_BEGIN();
    const int64_t all = n * n;
    for (int64_t matrix = blockIdx.x; matrix < matrices.count; matrix += gridDim.x) {
        int64_t at[2];
        wki_places<2>(matrices, matrix, at);
        T *const y = to + at[0];
        const T *const x = from + at[1];
        WKI_OF_BLOCK(e, all)
        {
            const int64_t i = wki_divided(e, n), j = e - i * n;
            y[e] = j < i ? 0 : x[j * down + i * right];
        }
        for (int64_t k = 0; k < n; k++) {
            T *const row = y + k * n;
            __syncthreads();
            const T pivot = wki_root(row[k]);
            if (!WKI_FAULT(245)) __syncthreads();
            WKI_OF_BLOCK(e, n - k) row[k + e] = e ? row[k + e] / pivot : pivot;
            __syncthreads();
            WKI_ROWS_OF_BLOCK(i, k + 1, n) wki_take_row(y + i * n, row[i], row, i, n);
        }
        __syncthreads();
        WKI_OF_BLOCK(e, all)
        {
            const int64_t i = wki_divided(e, n), j = e - i * n;
            if (j <= i) continue;
            y[j * n + i] = y[e];
            y[e] = 0;
        }
        __syncthreads();
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const wki_lattice matrices = wki_matrices_of(call->views, 2);
    const int64_t n = y->size[y->ndim - 1], down = x->stride[y->ndim - 2], right = x->stride[y->ndim - 1];
    (void)scratch;
    if (wki_numel(y) == 0) return WK_OK;
    if (y->dtype == WK_F64)
        WKI_LAUNCH(cholesky<double>, wki_matrix_grid(matrices.count), wki_factor_block(n), 0, queue, matrices, n, down,
                   right, (double *)y->data, (const double *)x->data);
    else
        WKI_LAUNCH(cholesky<float>, wki_matrix_grid(matrices.count), wki_factor_block(n), 0, queue, matrices, n, down,
                   right, (float *)y->data, (const float *)x->data);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(cholesky, NULL, run);
