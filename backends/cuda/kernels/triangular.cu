/* triangular: x with a x = b, a being triangular. A block solves some columns of one matrix at a time: each row of x,
 * once it is complete, is taken from those behind it, in the order of the CPU. */
#include "backends/cuda/kernels/factor.h"

enum { COLUMNS = 32 };

typedef struct solve_args {
    wki_lattice matrices; /* of y, a, b */
    int64_t n, width, blocks, down, right, b_down, b_right;
    bool upper, unit;
} solve_args;

template <typename T> static __global__ void solve(const solve_args s, T *ys, const T *as, const T *bs)
{
    WKI_BEGIN();
    for (int64_t turn = blockIdx.x; turn < s.matrices.count * s.blocks; turn += gridDim.x) {
        const int64_t matrix = wki_divided(turn, s.blocks), first = (turn - matrix * s.blocks) * COLUMNS;
        const int64_t columns = s.width - first < (int64_t)COLUMNS ? s.width - first : (int64_t)COLUMNS;
        int64_t at[3];
        wki_places<3>(s.matrices, matrix, at);
        T *const y = ys + at[0] + first;
        const T *const a = as + at[1], *const b = bs + at[2] + first * s.b_right;
        WKI_OF_BLOCK(e, s.n * columns)
        {
            const int64_t i = wki_divided(e, columns), j = e - i * columns;
            y[i * s.width + j] = b[i * s.b_down + j * s.b_right];
        }
        for (int64_t step = 0; step < s.n; step++) {
            const int64_t k = s.upper ? s.n - 1 - step : step, behind = s.n - 1 - step, begin = s.upper ? 0 : k + 1;
            T *const row = y + k * s.width;
            const T pivot = a[k * (s.down + s.right)];
            __syncthreads();
            if (!s.unit) WKI_OF_BLOCK(j, columns) row[j] = row[j] / pivot;
            __syncthreads();
            WKI_OF_BLOCK(e, behind * columns)
            {
                const int64_t i = begin + wki_divided(e, columns), j = e - (i - begin) * columns;
                wki_take(y + i * s.width + j, a[i * s.down + k * s.right], row[j]);
            }
        }
        __syncthreads();
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0], *a = call->views[1], *b = call->views[2];
    const wki_triangular_attrs *attrs = (const wki_triangular_attrs *)call->attrs;
    const int row = y->ndim - 2, column = y->ndim - 1;
    const int64_t blocks = (y->size[column] + COLUMNS - 1) / COLUMNS;
    const solve_args s = { wki_matrices_of(call->views, 3),
                           y->size[row],
                           y->size[column],
                           blocks,
                           a->stride[row],
                           a->stride[column],
                           b->stride[row],
                           b->stride[column],
                           attrs->upper,
                           attrs->unit };
    (void)scratch;
    if (wki_numel(y) == 0) return WK_OK;
    const unsigned grid = wki_matrix_grid(s.matrices.count * blocks);
    if (y->dtype == WK_F64)
        WKI_LAUNCH(solve<double>, grid, WKI_THREADS, 0, queue, s, (double *)y->data, (const double *)a->data,
                   (const double *)b->data);
    else
        WKI_LAUNCH(solve<float>, grid, WKI_THREADS, 0, queue, s, (float *)y->data, (const float *)a->data,
                   (const float *)b->data);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(triangular, NULL, run);
